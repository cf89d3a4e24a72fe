import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { PageArgs } from '../graphql/connection.types';
import type { RequestContext } from '../graphql/context';
import type * as data from './audit.service';
import { AuditEntryConnection } from './audit.types';

@Resolver()
export class AuditResolver {
  constructor(private readonly audit: data.AuditService) {}

  @Query(() => AuditEntryConnection, {
    description:
      'Administrators only. What administrators did, newest first, for as long as AMICUS_AUDIT_RETENTION says.',
  })
  auditLog(
    @Ctx() { viewer }: RequestContext,
    @Arg('userID', () => ID, {
      nullable: true,
      description:
        'Only acts of this user, in the name of this user, or on this user. Left out: all. What can be no user id is ' +
        'BAD_USER_INPUT.',
    })
    userID: string | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<data.AuditEntryConnection> {
    return this.audit.loadPage(viewer, userID ?? null, page);
  }
}

@Resolver(() => AuditEntryConnection)
export class AuditEntryConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many entries the whole list has.' })
  totalCount(@Root() connection: data.AuditEntryConnection): Promise<number> {
    return connection.countAll();
  }
}
