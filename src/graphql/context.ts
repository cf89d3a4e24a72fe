import type { Sink } from '../events/delivery';
import type { FriendGroupRepository } from '../friends/friend-group.repository';
import {
  createFriendInfoLoader,
  createGroupNamesLoader,
  type FriendInfoLoader,
  type GroupNamesLoader,
} from '../friends/friend.loaders';
import type { FriendRepository } from '../friends/friend.repository';
import type { FriendshipListener } from '../listener/friendship-listener.service';
import type { Verdict } from '../rates/rate-limit';
import { ViewersProfiles, type ProfileLoader, type ProfileSources } from '../users/user.loaders';
import type { Viewer } from '../users/viewer';
import type { WatchedOperation } from './watched-operation';

/** The look-ups of one request, or of one event: never kept longer, so that they cannot serve what is old. */
export interface Loaders {
  profiles: ProfileLoader;
  friendInfos: FriendInfoLoader;
  groupNames: GroupNamesLoader;
}

/** How far a request has come. Apollo Server copies the context: this is one for all copies. */
export interface Progress {
  /** When its execution began, on the clock of `performance`; null before that. */
  beganAtMs: number | null;
  /** Its time is over. */
  isOver: boolean;
  /** What the rates said of it, null for no limit; undefined before it was counted. */
  verdict: Verdict | null | undefined;
  /** A compiled function was asked and had no answer. */
  isTried: boolean;
}

/** What the server offers to every request. */
interface Offer {
  listener: FriendshipListener;
  createLoaders: (viewer: Viewer) => Loaders;
}

/** What resolvers know of the request that they work for. */
export class RequestContext {
  // Not a #field: Apollo Server copies the context, property by property.
  private made: Loaders | null;
  /** What looks on while the request is served; null when nothing does. */
  operation: WatchedOperation | null = null;
  readonly progress: Progress = { beganAtMs: null, isOver: false, verdict: undefined, isTried: false };

  /** `sink` is where the events of a subscription go; null over HTTP, which has none. */
  constructor(
    readonly viewer: Viewer,
    private readonly offer: Offer,
    readonly sink: Sink | null,
    loaders: Loaders | null = null,
  ) {
    this.made = loaders;
  }

  /** Made when first asked for: a subscription keeps its context for hours and never needs them. */
  get loaders(): Loaders {
    this.made ??= this.offer.createLoaders(this.viewer);
    return this.made;
  }

  /** Here because a subscription's stream is opened without an instance of its resolver class. */
  get listener(): FriendshipListener {
    return this.offer.listener;
  }
}

export interface LoaderSources extends ProfileSources {
  friends: FriendRepository;
  groups: FriendGroupRepository;
}

export function createLoaders(sources: LoaderSources, viewer: Viewer): Loaders {
  const profiles = new ViewersProfiles(sources, viewer.userID);
  return {
    profiles,
    friendInfos: createFriendInfoLoader(sources.friends, viewer.userID, (userID) => {
      profiles.noteFriend(userID);
    }),
    groupNames: createGroupNamesLoader(sources.groups, viewer.userID),
  };
}
