import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../graphql/context';
import type { Profile } from './profile';
import { SetSelfInfoInput } from './user.inputs';
import type { UserInfoResult as UserInfoAnswer, UserService } from './user.service';
import { User, UserInfoResult } from './user.types';

@Resolver()
export class UserResolver {
  constructor(private readonly users: UserService) {}

  @Query(() => User, { description: "The viewer's own profile (getLoginUser and getUsersInfo of oneself)." })
  me(@Ctx() { viewer, loaders }: RequestContext): Promise<Profile> {
    return this.users.requireSelf(viewer, loaders.profiles);
  }

  @Query(() => [UserInfoResult], {
    description:
      'Profiles of any users (getUsersInfo): one answer per id, in the order asked; at most 100 ids. ' +
      'Result codes: OK, USER_NOT_FOUND, INVALID_PARAMETERS.',
  })
  usersInfo(
    @Ctx() { loaders }: RequestContext,
    @Arg('userIDs', () => [ID], { description: 'The users to look at, at most 100.' }) userIDs: string[],
  ): UserInfoAnswer[] | Promise<UserInfoAnswer[]> {
    return this.users.loadUsersInfo(userIDs, loaders.profiles);
  }

  @Mutation(() => User, {
    description:
      "Changes the viewer's own profile and answers it (setSelfInfo). Emits SelfInfoUpdated to the viewer's devices and " +
      'FriendInfoChanged to every owner whose friend list holds the viewer; nothing when nothing changes. Safe to repeat.',
  })
  setSelfInfo(
    @Ctx() { viewer }: RequestContext,
    @Arg('input', () => SetSelfInfoInput, { description: 'What to write.' }) input: SetSelfInfoInput,
  ): Promise<Profile> {
    return this.users.setSelfInfo(viewer, input);
  }
}
