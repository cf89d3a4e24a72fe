import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ItemResult } from '../errors';
import { PageArgs } from '../graphql/connection.types';
import type { RequestContext } from '../graphql/context';
import { loadProfile, type LoadedProfile } from '../users/user.loaders';
import { User } from '../users/user.types';
import type * as data from './friend-info';
import type { FriendSearchService } from './friend-search.service';
import { AddFriendInput, SearchFriendsInput, SetFriendInfoInput } from './friend.inputs';
import { toWishes } from './friend-wishes';
import type { FriendService } from './friend.service';
import {
  FriendCheckResult,
  FriendConnection,
  FriendInfo,
  FriendInfoResult,
  FriendOperationResult,
  FriendTypeEnum,
} from './friend.types';

const USER_IDS = 'The users, at most 100.';

@Resolver()
export class FriendResolver {
  constructor(
    private readonly friends: FriendService,
    private readonly search: FriendSearchService,
  ) {}

  @Query(() => [FriendInfoResult], {
    description:
      'How the viewer stands to users, with the entries of the friend list (getFriendsInfo): one answer per id, in the ' +
      'order asked; at most 100 ids. Result codes: OK, USER_NOT_FOUND, INVALID_PARAMETERS.',
  })
  friendsInfo(
    @Ctx() context: RequestContext,
    @Arg('userIDs', () => [ID], { description: USER_IDS }) userIDs: string[],
    @Info() info: GraphQLResolveInfo,
  ): Promise<data.FriendInfoResult[]> {
    return this.friends.loadFriendsInfo(context.viewer, userIDs, toWishes(info, context));
  }

  @Query(() => FriendConnection, {
    description: "The viewer's friend list, newest friendship first (getFriendList).",
  })
  friendList(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('groupName', () => String, {
      nullable: true,
      description: "Narrows the list to one of the viewer's groups; none of that name is an empty list.",
    })
    groupName: string | null | undefined,
  ): Promise<data.FriendConnection> {
    return this.friends.loadPage(context.viewer, page, groupName, toWishes(info, context));
  }

  @Query(() => [FriendCheckResult], {
    description:
      'How the viewer and users stand (checkFriend): one answer per id, in the order asked; at most 100 ids. SINGLE ' +
      'answers NONE or IN_MY_FRIEND_LIST only. Result codes: OK, USER_NOT_FOUND, INVALID_PARAMETERS.',
  })
  checkFriends(
    @Ctx() { viewer }: RequestContext,
    @Arg('userIDs', () => [ID], { description: USER_IDS }) userIDs: string[],
    @Arg('checkType', () => FriendTypeEnum, {
      defaultValue: 'BOTH',
      description: "Whether to look at both lists or at the viewer's own only.",
    })
    checkType: 'SINGLE' | 'BOTH',
  ): Promise<Omit<data.FriendInfoResult, 'friendInfo'>[]> {
    return this.friends.check(viewer, userIDs, checkType);
  }

  @Query(() => FriendConnection, {
    description:
      "The viewer's friends that hold any of the keywords in user id, nick name or remark, newest friendship first " +
      '(searchFriends). Nobody but friends is looked at.',
  })
  searchFriends(
    @Ctx() { viewer }: RequestContext,
    @Arg('input', () => SearchFriendsInput, { description: 'What to look for, and where.' })
    input: SearchFriendsInput,
  ): Promise<data.FriendConnection> {
    return this.search.search(viewer, input);
  }

  @Mutation(() => FriendInfoResult, {
    description:
      "Writes the viewer's own remark and custom fields for a friend (setFriendInfo); the friend never sees them. Emits " +
      "FriendInfoChanged to the viewer's devices, nothing when nothing changes. Safe to repeat. Result codes: OK, " +
      'NOT_FRIENDS, INVALID_PARAMETERS.',
  })
  setFriendInfo(
    @Ctx() { viewer }: RequestContext,
    @Arg('input', () => SetFriendInfoInput, { description: 'The friend, and what to write.' })
    input: SetFriendInfoInput,
  ): Promise<data.FriendInfoResult> {
    return this.friends.setNotes(viewer, input);
  }

  @Mutation(() => FriendOperationResult, {
    description:
      "Befriends a user, or asks for it, as the user's `allowType` says (addFriend). Emits FriendListAdded to each side " +
      'whose list grew and FriendApplicationListDeleted where that ends a request, or FriendApplicationListAdded to both ' +
      'when the user must confirm. Asking again refreshes the request. Result codes: OK, PENDING, INVALID_PARAMETERS, ' +
      'USER_NOT_FOUND, REQUESTS_FORBIDDEN, BLOCKED_BY_ME, BLOCKED_BY_PEER, ALREADY_FRIENDS, FRIEND_LIMIT, ' +
      'PEER_FRIEND_LIMIT, PEER_DENIES_ALL, APPLICATION_LIMIT, TOO_FREQUENT.',
  })
  addFriend(
    @Ctx() { viewer }: RequestContext,
    @Arg('input', () => AddFriendInput, { description: 'The user to befriend, and how.' })
    input: AddFriendInput,
  ): Promise<ItemResult> {
    return this.friends.add(viewer, input);
  }

  @Mutation(() => [FriendOperationResult], {
    description:
      "Takes users out of the viewer's friend list, with remark, custom fields and group memberships, and for BOTH the " +
      'viewer out of theirs (deleteFromFriendList): one answer per id, in the order given; at most 100 ids. Emits ' +
      'FriendListDeleted to each side whose list shrank. Result codes: OK, NOT_FRIENDS, INVALID_PARAMETERS.',
  })
  deleteFromFriendList(
    @Ctx() { viewer }: RequestContext,
    @Arg('userIDs', () => [ID], { description: USER_IDS }) userIDs: string[],
    @Arg('deleteType', () => FriendTypeEnum, {
      defaultValue: 'BOTH',
      description: "Whether both lists shrink or the viewer's own only.",
    })
    deleteType: 'SINGLE' | 'BOTH',
  ): Promise<ItemResult[]> {
    return this.friends.remove(viewer, userIDs, deleteType);
  }
}

@Resolver(() => FriendInfo)
export class FriendInfoResolver {
  @FieldResolver(() => User, {
    nullable: true,
    description: 'Profile of that user. Null when the user does not exist.',
  })
  user(@Root() { userID }: data.FriendInfo, @Ctx() { loaders }: RequestContext): LoadedProfile {
    return loadProfile(loaders.profiles, userID);
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description: "Names of the viewer's groups that the friend is in, sorted. Null for a non-friend.",
  })
  friendGroups(@Root() info: data.FriendInfo, @Ctx() { loaders }: RequestContext): Promise<string[] | null> {
    return loaders.groupNames.load(info);
  }
}

@Resolver(() => FriendConnection)
export class FriendConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many entries the whole list has.' })
  totalCount(@Root() connection: data.FriendConnection): Promise<number> {
    return connection.countAll();
  }
}
