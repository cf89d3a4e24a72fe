import { Arg, Ctx, FieldResolver, Query, Resolver, Root, Subscription } from 'type-graphql';
import { FriendApplication } from '../applications/application.types';
import type { Application } from '../applications/friend-application';
import type { BlockedUser as BlockedUserData } from '../blocks/blocked-user';
import { BlockedUser } from '../blocks/block.types';
import { notRegistered } from '../errors';
import type { FriendInfo as FriendInfoData } from '../friends/friend-info';
import { FriendInfo } from '../friends/friend.types';
import type { RequestContext } from '../graphql/context';
import type { Profile } from '../users/profile';
import { loadProfile } from '../users/user.loaders';
import { User } from '../users/user.types';
import type { ListenerEvent, ListenerEventOf, ListenerRoot } from './friendship-event';
import { toListenerEvent } from './friendship-event';
import {
  BlockListAdded,
  FriendApplicationListAdded,
  FriendInfoChanged,
  FriendListAdded,
  FriendshipEvent,
  FriendshipEventTypeEnum,
  SelfInfoUpdated,
  type ListenerEventType,
} from './friendship-event.types';
import type { FriendshipListener } from './friendship-listener.service';

interface ListenArgs {
  after?: string | null;
  types?: ListenerEventType[] | null;
}

@Resolver()
export class FriendshipEventSubscription {
  constructor(private readonly listener: FriendshipListener) {}

  @Query(() => String, {
    description:
      "Where the viewer's event stream stands now: read it before the lists, then subscribe `after` it and nothing is " +
      'missed.',
  })
  friendshipEventPosition(@Ctx() { viewer }: RequestContext): Promise<string> {
    return this.listener.loadPosition(viewer);
  }

  @Subscription(() => FriendshipEvent, {
    description:
      "The viewer's live events (addFriendListener), in order and without gap; ends when the client completes it " +
      '(removeFriendListener). With `after` everything behind that cursor comes first. A client that reads too slowly ' +
      'has its socket closed with 1013 and goes on by its last cursor.',
    subscribe: ({ context, args }) => {
      const { viewer, listener, sink } = context as RequestContext;
      const { after, types } = args as ListenArgs;
      if (sink === null) throw new Error('A subscription came through a door that has no sink.');
      // The declared type knows iterables only; graphql-js takes a promise of one.
      return listener.listen(viewer, after ?? null, types ?? null, sink) as never;
    },
  })
  friendshipEvents(
    @Root() root: ListenerRoot,
    @Arg('after', () => String, {
      nullable: true,
      description:
        'The cursor that delivery starts behind: of an event, of StreamOpened or of `friendshipEventPosition`. Left ' +
        "out: only what happens from now on. A text that is no cursor of the viewer's stream is BAD_USER_INPUT.",
    })
    _after: string | null | undefined,
    @Arg('types', () => [FriendshipEventTypeEnum], {
      nullable: true,
      description: 'Only these kinds are delivered; StreamOpened always comes. All kinds when left out.',
    })
    _types: ListenerEventType[] | null | undefined,
  ): ListenerEvent {
    return toListenerEvent(root);
  }
}

@Resolver(() => SelfInfoUpdated)
export class SelfInfoUpdatedResolver {
  @FieldResolver(() => User, { description: 'The profile as it is now.' })
  async user(@Ctx() { viewer, loaders }: RequestContext): Promise<Profile> {
    const user = await loadProfile(loaders.profiles, viewer.userID);
    // Deleted since: the stream is about to end.
    if (user === null) throw notRegistered(viewer.userID);
    return user;
  }
}

@Resolver(() => FriendInfoChanged)
export class FriendInfoChangedResolver {
  @FieldResolver(() => [FriendInfo], { description: 'The entries as they are now.' })
  friends(
    @Root() { userIDs }: ListenerEventOf<'FRIEND_INFO_CHANGED'>,
    @Ctx() { loaders }: RequestContext,
  ): Promise<FriendInfoData[]> {
    return Promise.all(userIDs.map((userID) => loaders.friendInfos.load(userID)));
  }
}

@Resolver(() => FriendListAdded)
export class FriendListAddedResolver {
  @FieldResolver(() => [FriendInfo], {
    description: 'The new entries as they are now; one that was deleted since has its ids only.',
  })
  friends(
    @Root() { userIDs }: ListenerEventOf<'FRIEND_LIST_ADDED'>,
    @Ctx() { loaders }: RequestContext,
  ): Promise<FriendInfoData[]> {
    return Promise.all(userIDs.map((userID) => loaders.friendInfos.load(userID)));
  }
}

@Resolver(() => FriendApplicationListAdded)
export class FriendApplicationListAddedResolver {
  constructor(private readonly listener: FriendshipListener) {}

  @FieldResolver(() => [FriendApplication], {
    description: 'The requests as they are now; one that was answered since is shown as it was made.',
  })
  applications(
    @Root() event: ListenerEventOf<'FRIEND_APPLICATION_LIST_ADDED'>,
    @Ctx() { viewer }: RequestContext,
  ): Promise<Application[]> {
    return this.listener.loadApplications(viewer, event.applications);
  }
}

@Resolver(() => BlockListAdded)
export class BlockListAddedResolver {
  constructor(private readonly listener: FriendshipListener) {}

  @FieldResolver(() => [BlockedUser], { description: 'The new entries of the blocklist.' })
  blockedUsers(
    @Root() { userIDs, occurredAt }: ListenerEventOf<'BLOCK_LIST_ADDED'>,
    @Ctx() { viewer }: RequestContext,
  ): Promise<BlockedUserData[]> {
    return this.listener.loadBlockedUsers(viewer, userIDs, occurredAt);
  }
}
