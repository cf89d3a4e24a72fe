import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { ItemResult } from '../errors';
import type { RequestContext } from '../graphql/context';
import { ImportUserInput } from '../users/user.inputs';
import type { UserService } from '../users/user.service';
import { ImportFriendInput } from './friend.inputs';
import type { FriendService } from './friend.service';
import { FriendOperationResult } from './friend.types';
import type { UserRemovalService } from './user-removal.service';

/** What only administrators may do; the services refuse everybody else with FORBIDDEN. */
@Resolver()
export class AdminResolver {
  constructor(
    private readonly users: UserService,
    private readonly friends: FriendService,
    private readonly removals: UserRemovalService,
  ) {}

  @Mutation(() => [FriendOperationResult], {
    description:
      'Administrators only. Creates users, and changes those that exist (account_import): one answer per user, in the ' +
      'order given; at most 100. A value past its limit is BAD_USER_INPUT and nothing is done. Emits SelfInfoUpdated and ' +
      'FriendInfoChanged as `setSelfInfo` does. Safe to repeat. Result codes: OK, INVALID_PARAMETERS.',
  })
  importUsers(
    @Ctx() { viewer }: RequestContext,
    @Arg('users', () => [ImportUserInput], { description: 'The users, at most 100.' })
    users: ImportUserInput[],
  ): Promise<ItemResult[]> {
    return this.users.importUsers(viewer, users);
  }

  @Mutation(() => [FriendOperationResult], {
    description:
      "Administrators only. Puts users into somebody's friend list, one-way, without policy or request (friend_import): " +
      'one answer per friend, in the order given; at most 1,000. Emits FriendListAdded to the owner, and ' +
      'FriendApplicationListDeleted to both for a request between two who have each other now. An entry that is there ' +
      'already stays as it is. Result codes: OK, ALREADY_FRIENDS, USER_NOT_FOUND (either user), BLOCKED_BY_ME, ' +
      'BLOCKED_BY_PEER, FRIEND_LIMIT, INVALID_PARAMETERS.',
  })
  importFriends(
    @Ctx() { viewer }: RequestContext,
    @Arg('userID', () => ID, { description: 'Whose list grows.' }) userID: string,
    @Arg('friends', () => [ImportFriendInput], { description: 'The entries, at most 1,000.' })
    friends: ImportFriendInput[],
  ): Promise<ItemResult[]> {
    return this.friends.importFriends(viewer, userID, friends);
  }

  @Mutation(() => [FriendOperationResult], {
    description:
      'Administrators only. Erases users with profile, friendships, requests, blocks and groups, on both sides ' +
      '(account_delete): one answer per id, in the order given; at most 100. Emits FriendListDeleted, ' +
      'FriendApplicationListDeleted and BlockListDeleted to everybody who lost something; the live streams of the ' +
      'deleted users end. Result codes: OK, USER_NOT_FOUND, INVALID_PARAMETERS.',
  })
  deleteUsers(
    @Ctx() { viewer }: RequestContext,
    @Arg('userIDs', () => [ID], { description: 'The users, at most 100.' }) userIDs: string[],
  ): Promise<ItemResult[]> {
    return this.removals.remove(viewer, userIDs);
  }
}
