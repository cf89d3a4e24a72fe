import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ItemResult } from '../errors';
import { FriendOperationResult } from '../friends/friend.types';
import { PageArgs } from '../graphql/connection.types';
import type { RequestContext } from '../graphql/context';
import { loadProfile, type LoadedProfile } from '../users/user.loaders';
import { User } from '../users/user.types';
import type * as data from './blocked-user';
import type { BlockService } from './block.service';
import { BlockedUser, BlockedUserConnection } from './block.types';

const USER_IDS = 'The users, at most 100.';

@Resolver()
export class BlockResolver {
  constructor(private readonly blocks: BlockService) {}

  @Query(() => BlockedUserConnection, { description: "The viewer's blocklist, newest first (getBlackList)." })
  blockList(
    @Ctx() { viewer }: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<data.BlockedUserConnection> {
    return this.blocks.loadPage(viewer, page);
  }

  @Mutation(() => [FriendOperationResult], {
    description:
      'Blocks users (addToBlackList): ends friendship and requests between them and the viewer on both sides. One answer ' +
      "per id, in the order given; at most 100 ids. Emits BlockListAdded to the viewer's devices, and FriendListDeleted " +
      'and FriendApplicationListDeleted to each side that lost something. Safe to repeat. Result codes: OK, ' +
      'USER_NOT_FOUND, BLOCK_LIMIT, INVALID_PARAMETERS.',
  })
  addToBlockList(
    @Ctx() { viewer }: RequestContext,
    @Arg('userIDs', () => [ID], { description: USER_IDS }) userIDs: string[],
  ): Promise<ItemResult[]> {
    return this.blocks.add(viewer, userIDs);
  }

  @Mutation(() => [FriendOperationResult], {
    description:
      'Unblocks users (deleteFromBlackList); nothing that the block ended comes back. One answer per id, in the order ' +
      "given; at most 100 ids. Emits BlockListDeleted to the viewer's devices. Safe to repeat: a user who is not blocked " +
      'is OK. Result codes: OK, INVALID_PARAMETERS.',
  })
  deleteFromBlockList(
    @Ctx() { viewer }: RequestContext,
    @Arg('userIDs', () => [ID], { description: USER_IDS }) userIDs: string[],
  ): Promise<ItemResult[]> {
    return this.blocks.remove(viewer, userIDs);
  }
}

@Resolver(() => BlockedUser)
export class BlockedUserResolver {
  @FieldResolver(() => User, {
    nullable: true,
    description: 'Profile of the blocked user. Null when the user does not exist.',
  })
  user(@Root() { userID }: data.BlockedUser, @Ctx() { loaders }: RequestContext): LoadedProfile {
    return loadProfile(loaders.profiles, userID);
  }
}

@Resolver(() => BlockedUserConnection)
export class BlockedUserConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many entries the whole list has.' })
  totalCount(@Root() connection: data.BlockedUserConnection): Promise<number> {
    return connection.countAll();
  }
}
