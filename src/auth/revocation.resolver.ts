import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { PageArgs } from '../graphql/connection.types';
import type { RequestContext } from '../graphql/context';
import type * as data from './revocation';
import type { RevocationService } from './revocation.service';
import { Revocation, RevocationConnection, TokensInput } from './revocation.types';

/** What only administrators may do; the service refuses everybody else with FORBIDDEN. */
@Resolver()
export class RevocationResolver {
  constructor(private readonly service: RevocationService) {}

  @Query(() => RevocationConnection, {
    description: 'Administrators only. The tokens that are revoked, newest first.',
  })
  revocations(
    @Ctx() { viewer }: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<data.RevocationConnection> {
    return this.service.loadPage(viewer, page);
  }

  @Mutation(() => Revocation, {
    description:
      'Administrators only. Refuses all tokens of a user that were issued until now, or one token, from now on: on ' +
      'this server at once, on the others within about a second. Sockets that were opened with them are closed with ' +
      '4403. Emits nothing. Safe to repeat; of a user, again for the tokens issued meanwhile. A `tokenID` past its limit is BAD_USER_INPUT.',
  })
  revokeTokens(
    @Ctx() { viewer }: RequestContext,
    @Arg('input', () => TokensInput, { description: 'Which tokens.' }) input: TokensInput,
  ): Promise<data.Revocation> {
    return this.service.revoke(viewer, input);
  }

  @Mutation(() => Revocation, {
    nullable: true,
    description:
      'Administrators only. Takes a revocation back and answers it: tokens that have not ended meanwhile are good ' +
      'again. Null when there was none. Emits nothing. Safe to repeat.',
  })
  restoreTokens(
    @Ctx() { viewer }: RequestContext,
    @Arg('input', () => TokensInput, { description: 'The same as was revoked.' }) input: TokensInput,
  ): Promise<data.Revocation | null> {
    return this.service.restore(viewer, input);
  }
}

@Resolver(() => RevocationConnection)
export class RevocationConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many entries the whole list has.' })
  totalCount(@Root() connection: data.RevocationConnection): Promise<number> {
    return connection.countAll();
  }
}
