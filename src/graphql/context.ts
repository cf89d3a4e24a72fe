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
import { createProfileLoader, type ProfileLoader, type ProfileSources } from '../users/user.loaders';
import type { Viewer } from '../users/viewer';

/** The look-ups of one request, or of one event: never kept longer, so that they cannot serve what is old. */
export interface Loaders {
  profiles: ProfileLoader;
  friendInfos: FriendInfoLoader;
  groupNames: GroupNamesLoader;
}

export interface RequestContext {
  viewer: Viewer;
  loaders: Loaders;
  /** Here because a subscription's stream is opened without an instance of its resolver class. */
  listener: FriendshipListener;
  /** Where the events of a subscription go; null over HTTP, which has none. */
  sink: Sink | null;
}

export interface LoaderSources extends ProfileSources {
  friends: FriendRepository;
  groups: FriendGroupRepository;
}

export function createLoaders(sources: LoaderSources, viewer: Viewer): Loaders {
  return {
    profiles: createProfileLoader(sources, viewer.userID),
    friendInfos: createFriendInfoLoader(sources.friends, viewer.userID),
    groupNames: createGroupNamesLoader(sources.groups, viewer.userID),
  };
}
