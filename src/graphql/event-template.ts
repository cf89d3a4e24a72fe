import type { ExecutionResult } from 'graphql';
import type { Delivery } from '../events/delivery';
import type { FriendGroupRepository } from '../friends/friend-group.repository';
import { toFriendInfoID, type FriendInfo } from '../friends/friend-info';
import type { FriendRepository } from '../friends/friend.repository';
import type { ListenerRoot } from '../listener/friendship-event';
import { createSharedProfileLoader, type ProfileSources } from '../users/user.loaders';
import type { Viewer } from '../users/viewer';
import type { Loaders, RequestContext } from './context';
import { JsonTemplate } from './json-template';
import { Marks } from './template-marks';

export interface TemplateSources extends ProfileSources {
  friends: FriendRepository;
  groups: FriendGroupRepository;
  createContext: (viewer: Viewer, loaders?: Loaders) => RequestContext;
}

type Execute = (root: ListenerRoot, context: RequestContext) => Promise<ExecutionResult>;

/** Nobody, in whose place each of the viewers is put. No user id holds a space. */
const NOBODY: Viewer = { userID: ' ', isAdmin: false };

/**
 * Executes a document once for all viewers of the same: of a friend's profile change, or of a stream that opens. The
 * friend's profile is read once, the viewers' own entries in one statement; where the entry or the position in the
 * stream shows, the result has a place that is filled in for each viewer.
 */
export class EventTemplates {
  /** The kinds of events for which this document was found to have no template: each viewer is executed for then. */
  private readonly unshareable = new Set<Delivery['fact']['type']>();

  constructor(
    private readonly sources: TemplateSources,
    private readonly execute: Execute,
  ) {}

  /** What gives the JSON text of each delivery, all of one fact; null for those that must be executed by themselves. */
  async fill(fact: Delivery['fact'], deliveries: readonly Delivery[]): Promise<((() => string) | null)[]> {
    const nothing = () => deliveries.map(() => null);
    if (this.unshareable.has(fact.type)) return nothing();
    if (fact.type === 'STREAM_OPENED') {
      const template = await this.make(fact);
      return template === null ? nothing() : deliveries.map((delivery) => () => template.fill(delivery));
    }
    // A change of one's own notes on several friends is nobody else's.
    if (fact.type !== 'FRIEND_INFO_CHANGED' || fact.payload.userIDs.length !== 1) return nothing();
    const [friendID = ''] = fact.payload.userIDs;
    const template = await this.make(fact);
    if (template === null) return nothing();
    const owners = deliveries.map(({ userID }) => userID);
    const entries = await this.loadEntries(owners, friendID, template);
    const groups = template.hasGroups
      ? await this.sources.groups.loadNamesByOwner(owners, friendID)
      : new Map<string, string[]>();
    return deliveries.map((delivery, place) => {
      const entry = entries[place] ?? null;
      // Who is no longer in the list is a stranger, and strangers have copies of their own.
      return entry === null ? null : () => template.fill(delivery, entry, groups.get(delivery.userID));
    });
  }

  /** What the owners' lists say of the friend, as far as the template shows it; null where it is not in the list. */
  private async loadEntries(
    owners: readonly string[],
    friendID: string,
    { hasDetails }: JsonTemplate,
  ): Promise<(Partial<FriendInfo> | null)[]> {
    const { friends } = this.sources;
    if (hasDetails) {
      const entries = await friends.loadEntries(owners, friendID);
      return owners.map((owner) => entries.get(owner) ?? null);
    }
    const remarks = await friends.loadRemarks(owners, friendID);
    return remarks.map((friendRemark, place) =>
      friendRemark === null ? null : { id: toFriendInfoID(owners[place] ?? '', friendID), friendRemark },
    );
  }

  private async make(fact: Delivery['fact']): Promise<JsonTemplate | null> {
    const marks = new Marks();
    const loaders: Loaders = {
      profiles: createSharedProfileLoader(this.sources),
      friendInfos: { load: (userID) => Promise.resolve(marks.createInfo(userID)) },
      groupNames: { load: () => Promise.resolve([marks.text('friendGroups')]) },
    };
    const root: ListenerRoot = { fact, seq: marks.seq, cursor: marks.text('cursor') };
    const { data, errors } = await this.execute(root, this.sources.createContext(NOBODY, loaders));
    if (errors !== undefined) return null;
    const template = JsonTemplate.find({ data }, marks);
    if (template === null) this.unshareable.add(fact.type);
    return template;
  }
}
