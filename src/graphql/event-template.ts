import type { ExecutionResult } from 'graphql';
import type { Delivery, RenderItem } from '../events/delivery';
import type { StoredEvent } from '../events/friendship-event';
import type { FriendGroupRepository } from '../friends/friend-group.repository';
import type { FriendRepository } from '../friends/friend.repository';
import { createSharedProfileLoader, type ProfileSources } from '../users/user.loaders';
import type { Viewer } from '../users/viewer';
import type { Loaders, RequestContext } from './context';
import { JsonTemplate, Marks } from './json-template';

export interface TemplateSources extends ProfileSources {
  friends: FriendRepository;
  groups: FriendGroupRepository;
  createContext: (viewer: Viewer, loaders?: Loaders) => RequestContext;
}

type Execute = (delivery: Delivery, context: RequestContext) => Promise<ExecutionResult>;

/**
 * Executes a document once for all viewers of a friend's profile change. The friend's profile is read once, the
 * viewers' own entries in one statement; where the entry or the position in the stream shows, the result has a place
 * that is filled in for each viewer.
 */
export class EventTemplates {
  /** Whether this document's selection was found to have no template: each viewer is executed for then. */
  private isShareable = true;

  constructor(
    private readonly sources: TemplateSources,
    private readonly execute: Execute,
  ) {}

  /**
   * The JSON text of each item, all of one change; null for those that must be executed by themselves. The items are
   * of two users at least.
   */
  async fill(items: readonly RenderItem[]): Promise<(string | null)[]> {
    const event = items[0]?.delivery.event;
    // A change of one's own notes on several friends is nobody else's.
    if (!this.isShareable || event?.type !== 'FRIEND_INFO_CHANGED' || event.payload.userIDs.length !== 1) {
      return items.map(() => null);
    }
    const [friendID = ''] = event.payload.userIDs;
    const owners = items.map((item) => item.userID);
    const entries = await this.sources.friends.loadEntries(owners, friendID);
    const template = await this.make(event, friendID);
    if (template === null) return items.map(() => null);
    const groups = template.hasGroups
      ? await this.sources.groups.loadNamesByOwner(owners, friendID)
      : new Map<string, string[]>();
    return items.map(({ userID, delivery }) => {
      const entry = entries.get(userID);
      // Who is no longer in the list is a stranger, and strangers have copies of their own.
      return entry === undefined ? null : template.fill(delivery, entry, groups.get(userID) ?? []);
    });
  }

  private async make(event: StoredEvent, friendID: string): Promise<JsonTemplate | null> {
    const marks = new Marks();
    const nobody: Viewer = { userID: friendID, isAdmin: false };
    const loaders: Loaders = {
      profiles: createSharedProfileLoader(this.sources),
      friendInfos: { load: (userID) => Promise.resolve(marks.createInfo(userID)) },
      groupNames: { load: () => Promise.resolve([marks.text('friendGroups')]) },
    };
    const marked: Delivery = { event: { ...event, seq: marks.seq }, cursor: marks.text('cursor') };
    const { data, errors } = await this.execute(marked, this.sources.createContext(nobody, loaders));
    if (errors !== undefined) return null;
    const template = JsonTemplate.find({ data }, marks);
    this.isShareable = template !== null;
    return template;
  }
}
