import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ItemResult } from '../errors';
import type { ApplicationType } from '../events/friendship-event';
import { FriendOperationResult } from '../friends/friend.types';
import { PageArgs } from '../graphql/connection.types';
import type { RequestContext } from '../graphql/context';
import { loadProfile, type LoadedProfile } from '../users/user.loaders';
import { User } from '../users/user.types';
import { AcceptFriendApplicationInput } from './application.inputs';
import type { ApplicationService } from './application.service';
import type { Application, ApplicationConnection } from './friend-application';
import {
  FriendApplication,
  FriendApplicationConnection,
  FriendApplicationTypeEnum,
} from './application.types';

const NOT_THERE = 'Result codes: OK, NO_SUCH_APPLICATION, INVALID_PARAMETERS';

@Resolver()
export class ApplicationResolver {
  constructor(private readonly applications: ApplicationService) {}

  @Query(() => FriendApplicationConnection, {
    description: "The viewer's pending requests, newest first (getFriendApplicationList).",
  })
  friendApplicationList(
    @Ctx() { viewer }: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('type', () => FriendApplicationTypeEnum, {
      nullable: true,
      description: 'One direction only; both when left out.',
    })
    type: ApplicationType | null | undefined,
  ): Promise<ApplicationConnection> {
    return this.applications.loadPage(viewer, page, type ?? null);
  }

  @Mutation(() => FriendOperationResult, {
    description:
      'Accepts the request of a user (acceptFriendApplication). Emits FriendApplicationListDeleted to both, and ' +
      `FriendListAdded to each side whose list grew. ${NOT_THERE}, FRIEND_LIMIT, PEER_FRIEND_LIMIT (the request stays).`,
  })
  acceptFriendApplication(
    @Ctx() { viewer }: RequestContext,
    @Arg('input', () => AcceptFriendApplicationInput, { description: 'The request, and how to accept it.' })
    input: AcceptFriendApplicationInput,
  ): Promise<ItemResult> {
    return this.applications.accept(viewer, input);
  }

  @Mutation(() => FriendOperationResult, {
    description:
      'Refuses the request of a user (refuseFriendApplication), who cannot ask the viewer again for a while. Emits ' +
      'FriendApplicationListDeleted to both. ' +
      `${NOT_THERE}.`,
  })
  refuseFriendApplication(
    @Ctx() { viewer }: RequestContext,
    @Arg('userID', () => ID, { description: 'The user who asks.' }) userID: string,
  ): Promise<ItemResult> {
    return this.applications.refuse(viewer, userID);
  }

  @Mutation(() => FriendOperationResult, {
    description:
      "Deletes a request from the viewer's list (deleteFriendApplication). A sent one is withdrawn and gone on both " +
      'sides; a received one leaves the asking side as it is and can no longer be answered. Emits ' +
      `FriendApplicationListDeleted to each side that lost it. ${NOT_THERE}.`,
  })
  deleteFriendApplication(
    @Ctx() { viewer }: RequestContext,
    @Arg('userID', () => ID, { description: 'The other party.' }) userID: string,
    @Arg('type', () => FriendApplicationTypeEnum, { description: 'Whether the viewer was asked or asks.' })
    type: ApplicationType,
  ): Promise<ItemResult> {
    return this.applications.remove(viewer, userID, type);
  }

  @Mutation(() => Int, {
    description:
      'Marks incoming requests as read and answers how many are still unread (setFriendApplicationRead). Emits ' +
      "FriendApplicationListRead to the viewer's devices, nothing when nothing changes. Safe to repeat.",
  })
  setFriendApplicationRead(
    @Ctx() { viewer }: RequestContext,
    @Arg('userIDs', () => [ID], {
      nullable: true,
      description: 'The users whose requests are meant, at most 100; all when left out.',
    })
    userIDs: string[] | null | undefined,
  ): Promise<number> {
    return this.applications.markRead(viewer, userIDs ?? null);
  }
}

@Resolver(() => FriendApplication)
export class FriendApplicationResolver {
  @FieldResolver(() => User, {
    nullable: true,
    description: 'Profile of the other party. Null when the user does not exist.',
  })
  user(@Root() { userID }: Application, @Ctx() { loaders }: RequestContext): LoadedProfile {
    return loadProfile(loaders.profiles, userID);
  }
}

@Resolver(() => FriendApplicationConnection)
export class FriendApplicationConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many entries the whole list has.' })
  totalCount(@Root() connection: ApplicationConnection): Promise<number> {
    return connection.countAll();
  }

  @FieldResolver(() => Int, { description: 'Incoming requests not yet read, over the whole list.' })
  unreadCount(@Root() connection: ApplicationConnection): Promise<number> {
    return connection.countUnread();
  }
}
