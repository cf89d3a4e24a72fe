import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../graphql/context';
import type { UserExport } from './user-export';
import type { UserExportService } from './user-export.service';

@Resolver()
export class UserExportResolver {
  constructor(private readonly exports: UserExportService) {}

  @Query(() => GraphQLJSONObject, {
    nullable: true,
    description:
      'Everything that is kept of one user, at one moment, as one JSON document of a stated `version`; docs/security.md ' +
      'describes it. Of oneself, or by administrators; FORBIDDEN otherwise. Null when there is no such user.',
  })
  exportUser(
    @Ctx() { viewer }: RequestContext,
    @Arg('userID', () => ID, { description: 'Whose data.' }) userID: string,
  ): Promise<UserExport | null> {
    return this.exports.export(viewer, userID);
  }
}
