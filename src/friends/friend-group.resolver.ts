import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ItemResult } from '../errors';
import { PageArgs } from '../graphql/connection.types';
import type { RequestContext } from '../graphql/context';
import type { FriendConnection as FriendConnectionData } from './friend-info';
import type * as data from './friend-group';
import type { FriendGroupService } from './friend-group.service';
import { FriendGroup } from './friend-group.types';
import { toWishes } from './friend-wishes';
import type { FriendService } from './friend.service';
import { FriendConnection, FriendOperationResult } from './friend.types';

const NAME = 'Name of the group: 1 to 30 bytes of UTF-8, compared by its bytes.';
const USER_IDS = "Users of the viewer's friend list, at most 100.";
const FRIENDS_ONLY = 'Result codes: OK, NOT_FRIENDS, GROUP_NOT_FOUND, INVALID_PARAMETERS.';

@Resolver()
export class FriendGroupResolver {
  constructor(private readonly groups: FriendGroupService) {}

  @Query(() => [FriendGroup], {
    description: "The viewer's friend groups, sorted by name (getFriendGroups).",
  })
  friendGroups(
    @Ctx() { viewer }: RequestContext,
    @Arg('names', () => [String], {
      nullable: true,
      description: 'Only the groups of these names, as far as they exist; all when left out.',
    })
    names: string[] | null | undefined,
  ): Promise<data.FriendGroup[]> {
    return this.groups.load(viewer, names ?? null);
  }

  @Mutation(() => [FriendOperationResult], {
    description:
      'Creates a friend group with friends in it (createFriendGroup): one answer per id given, in order; when the group ' +
      'cannot be created and no id was given, one answer about the viewer. Emits FriendGroupCreated. Result codes: OK, ' +
      'NOT_FRIENDS, GROUP_EXISTS, GROUP_LIMIT, INVALID_PARAMETERS.',
  })
  createFriendGroup(
    @Ctx() { viewer }: RequestContext,
    @Arg('name', () => String, { description: NAME }) name: string,
    @Arg('userIDs', () => [ID], { nullable: true, description: `${USER_IDS} None when left out.` })
    userIDs: string[] | null | undefined,
  ): Promise<ItemResult[]> {
    return this.groups.create(viewer, name, userIDs ?? []);
  }

  @Mutation(() => [String], {
    description:
      'Deletes friend groups and answers the names of those there were (deleteFriendGroup). The friends stay. Emits ' +
      'FriendGroupDeleted, nothing when none existed. Safe to repeat.',
  })
  deleteFriendGroups(
    @Ctx() { viewer }: RequestContext,
    @Arg('names', () => [String], { description: 'Names of the groups, at most 100.' }) names: string[],
  ): Promise<string[]> {
    return this.groups.remove(viewer, names);
  }

  @Mutation(() => FriendGroup, {
    description:
      'Renames a friend group (renameFriendGroup). Emits FriendGroupRenamed. BAD_USER_INPUT with `resultCode` ' +
      'GROUP_NOT_FOUND, GROUP_EXISTS or INVALID_PARAMETERS in its extensions when it cannot be.',
  })
  renameFriendGroup(
    @Ctx() { viewer }: RequestContext,
    @Arg('oldName', () => String, { description: NAME }) oldName: string,
    @Arg('newName', () => String, { description: NAME }) newName: string,
  ): Promise<data.FriendGroup> {
    return this.groups.rename(viewer, oldName, newName);
  }

  @Mutation(() => [FriendOperationResult], {
    description:
      'Puts friends into a group (addFriendsToFriendGroup): one answer per id, in the order given. Emits ' +
      `FriendsAddedToGroup for those that were not in it. Safe to repeat. ${FRIENDS_ONLY}`,
  })
  addFriendsToFriendGroup(
    @Ctx() { viewer }: RequestContext,
    @Arg('name', () => String, { description: NAME }) name: string,
    @Arg('userIDs', () => [ID], { description: USER_IDS }) userIDs: string[],
  ): Promise<ItemResult[]> {
    return this.groups.addFriends(viewer, name, userIDs);
  }

  @Mutation(() => [FriendOperationResult], {
    description:
      'Takes friends out of a group (deleteFriendsFromFriendGroup); they stay friends. One answer per id, in the order ' +
      `given. Emits FriendsDeletedFromGroup for those that were in it. Safe to repeat. ${FRIENDS_ONLY}`,
  })
  deleteFriendsFromFriendGroup(
    @Ctx() { viewer }: RequestContext,
    @Arg('name', () => String, { description: NAME }) name: string,
    @Arg('userIDs', () => [ID], { description: USER_IDS }) userIDs: string[],
  ): Promise<ItemResult[]> {
    return this.groups.removeFriends(viewer, name, userIDs);
  }
}

@Resolver(() => FriendGroup)
export class FriendGroupFriendsResolver {
  constructor(private readonly service: FriendService) {}

  @FieldResolver(() => FriendConnection, {
    description: 'The friends in the group, newest friendship first.',
  })
  friends(
    @Root() { name }: data.FriendGroup,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<FriendConnectionData> {
    return this.service.loadPage(context.viewer, page, name, toWishes(info, context));
  }
}
