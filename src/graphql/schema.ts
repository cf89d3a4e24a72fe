// TypeGraphQL's decorators look for it when the first class is read.
import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { buildSchemaSync, type PubSub } from 'type-graphql';
import * as applications from '../applications/application.resolver';
import * as audit from '../audit/audit.resolver';
import * as revocations from '../auth/revocation.resolver';
import * as blocks from '../blocks/block.resolver';
import { UserExportResolver } from '../export/user-export.resolver';
import { AdminResolver } from '../friends/admin.resolver';
import * as groups from '../friends/friend-group.resolver';
import * as friends from '../friends/friend.resolver';
import * as listener from '../listener/friendship-event.subscription';
import * as events from '../listener/friendship-event.types';
import { UserResolver } from '../users/user.resolver';
import { callDirectly } from './direct-resolvers';

type Class = new (...args: never[]) => object;

/** Every resolver class: what `buildSchema` walks, and what the composition root must give an instance of. */
const RESOLVERS = [
  UserResolver,
  friends.FriendResolver,
  friends.FriendInfoResolver,
  friends.FriendConnectionResolver,
  groups.FriendGroupResolver,
  groups.FriendGroupFriendsResolver,
  AdminResolver,
  applications.ApplicationResolver,
  applications.FriendApplicationResolver,
  applications.FriendApplicationConnectionResolver,
  blocks.BlockResolver,
  blocks.BlockedUserResolver,
  blocks.BlockedUserConnectionResolver,
  audit.AuditResolver,
  audit.AuditEntryConnectionResolver,
  revocations.RevocationResolver,
  revocations.RevocationConnectionResolver,
  UserExportResolver,
  listener.FriendshipEventSubscription,
  listener.SelfInfoUpdatedResolver,
  listener.FriendInfoChangedResolver,
  listener.FriendListAddedResolver,
  listener.FriendApplicationListAddedResolver,
  listener.BlockListAddedResolver,
] as const satisfies readonly Class[];

/** Types that are reached only as what an interface may be. */
const EVENT_TYPES = Object.values(events).filter((value) => typeof value === 'function');

/**
 * TypeGraphQL asks for a bus when there is a subscription, even though each brings a stream of its own; a bus of its
 * kind keeps one buffer for all subscribers, so one that refuses to be used stands here.
 */
const NO_PUB_SUB: PubSub = {
  publish() {
    throw new Error('Events go through the event log.');
  },
  subscribe() {
    throw new Error('Events go through the event log.');
  },
};

/** Builds the schema over resolvers that are ready to serve: one instance of each class of `RESOLVERS`. */
export function createSchema(instances: readonly object[]): GraphQLSchema {
  const byClass = new Map<unknown, object>(instances.map((instance) => [instance.constructor, instance]));
  const get = (wanted: { name: string }): object => {
    const instance = byClass.get(wanted);
    if (instance === undefined) throw new Error(`No instance of ${wanted.name} was given to createSchema.`);
    return instance;
  };
  const schema = buildSchemaSync({
    resolvers: [...RESOLVERS] as [Class, ...Class[]],
    orphanedTypes: EVENT_TYPES,
    container: { get },
    pubSub: NO_PUB_SUB,
    scalarsMap: [{ type: Date, scalar: GraphQLDateTime }],
    // Plain properties are read by graphql-js itself; authorisation and checks are the services'.
    validate: false,
  });
  callDirectly(schema, get);
  return schema;
}
