// TypeGraphQL's decorators look for it when the first class is read.
import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import * as applications from '../applications/application.resolver';
import * as audit from '../audit/audit.resolver';
import * as revocations from '../auth/revocation.resolver';
import * as blocks from '../blocks/block.resolver';
import { UserExportResolver } from '../export/user-export.resolver';
import { AdminResolver } from '../friends/admin.resolver';
import * as groups from '../friends/friend-group.resolver';
import * as friends from '../friends/friend.resolver';
import * as listener from '../listener/friendship-event.subscription';
import type { Services } from '../services';
import { UserResolver } from '../users/user.resolver';
import { auditMutations, auditReads } from './audited-operations';
import { createSchema } from './schema';

/** The schema, served by these services. */
export function createExecutableSchema(services: Services): GraphQLSchema {
  const schema = createSchema([
    new UserResolver(services.users),
    new friends.FriendResolver(services.friends, services.search),
    new friends.FriendInfoResolver(),
    new friends.FriendConnectionResolver(),
    new groups.FriendGroupResolver(services.groups),
    new groups.FriendGroupFriendsResolver(services.friends),
    new AdminResolver(services.users, services.friends, services.removals),
    new applications.ApplicationResolver(services.applications),
    new applications.FriendApplicationResolver(),
    new applications.FriendApplicationConnectionResolver(),
    new blocks.BlockResolver(services.blocks),
    new blocks.BlockedUserResolver(),
    new blocks.BlockedUserConnectionResolver(),
    new audit.AuditResolver(services.audit),
    new audit.AuditEntryConnectionResolver(),
    new revocations.RevocationResolver(services.revocations),
    new revocations.RevocationConnectionResolver(),
    new UserExportResolver(services.exports),
    new listener.FriendshipEventSubscription(services.listener),
    new listener.SelfInfoUpdatedResolver(),
    new listener.FriendInfoChangedResolver(),
    new listener.FriendListAddedResolver(),
    new listener.FriendApplicationListAddedResolver(services.listener),
    new listener.BlockListAddedResolver(services.listener),
  ]);
  auditMutations(schema, services.audit);
  auditReads(schema, services.actedReads);
  return schema;
}
