import type { ExecutionResult } from 'graphql';
import type { Delivery, TextOf } from '../events/delivery';
import type { FriendGroupRepository } from '../friends/friend-group.repository';
import type { FriendRepository } from '../friends/friend.repository';
import type { ByteText } from '../lib/byte-text';
import type { ListenerRoot } from '../listener/friendship-event';
import { createSharedProfileLoader, type ProfileSources } from '../users/user.loaders';
import type { Viewer } from '../users/viewer';
import type { Loaders, RequestContext } from './context';
import { JsonTemplate, type ViewersEntry } from './json-template';
import { Marks } from './template-marks';

export interface TemplateSources extends ProfileSources {
  friends: FriendRepository;
  groups: FriendGroupRepository;
  createContext: (viewer: Viewer, loaders?: Loaders) => RequestContext;
}

type Execute = (root: ListenerRoot, context: RequestContext) => Promise<ExecutionResult>;

/** What a template gives of deliveries. */
export interface Filled {
  /** The places of those that must be executed by themselves. */
  left: readonly number[];
  /** Of the others. */
  textOf: TextOf;
}

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

  /** Deliveries of one fact; null when each must be executed by itself. */
  async fill(fact: Delivery['fact'], deliveries: readonly Delivery[]): Promise<Filled | null> {
    if (this.unshareable.has(fact.type)) return null;
    if (fact.type === 'STREAM_OPENED') {
      const template = await this.make(fact);
      return template === null
        ? null
        : { left: [], textOf: toTextOf(deliveries, (delivery) => template.fill(delivery)) };
    }
    // A change of one's own notes on several friends is nobody else's.
    if (fact.type !== 'FRIEND_INFO_CHANGED' || fact.payload.userIDs.length !== 1) return null;
    const [friendID = ''] = fact.payload.userIDs;
    const template = await this.make(fact);
    if (template === null) return null;
    const owners = deliveries.map(({ userID }) => userID);
    const findEntry = await this.loadEntries(owners, friendID, template);
    const groups = template.hasGroups
      ? await this.sources.groups.loadNamesByOwner(owners, friendID)
      : new Map<string, string[]>();
    const left: number[] = [];
    for (const [place, owner] of owners.entries()) {
      // Who is no longer in the list is a stranger, and strangers have copies of their own.
      if (findEntry(owner) === null) left.push(place);
      // An older copy, of one who became a friend unheard, must not be what is seen next.
      else this.sources.strangers.dropFriend(owner, friendID);
    }
    return {
      left,
      textOf: toTextOf(deliveries, (delivery) =>
        template.fill(delivery, findEntry(delivery.userID) ?? undefined, groups.get(delivery.userID)),
      ),
    };
  }

  /** What finds what an owner's list says of the friend, as far as the template shows it; null for who does not have it. */
  private async loadEntries(
    owners: readonly string[],
    friendID: string,
    { hasDetails }: JsonTemplate,
  ): Promise<(owner: string) => ViewersEntry | null> {
    const { friends } = this.sources;
    if (hasDetails) {
      const entries = await friends.loadEntries(owners, friendID);
      return (owner) => entries.get(owner) ?? null;
    }
    const remarks = await friends.loadRemarks(owners, friendID);
    const plain: ViewersEntry = { userID: friendID, friendRemark: '' };
    if (remarks.size === 0) return () => plain;
    return (owner) => {
      const friendRemark = remarks.get(owner);
      if (friendRemark === undefined) return plain;
      return friendRemark === null ? null : { userID: friendID, friendRemark };
    };
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

function toTextOf(deliveries: readonly Delivery[], fill: (delivery: Delivery) => ByteText): TextOf {
  return (place) => {
    const delivery = deliveries[place];
    return delivery === undefined ? 'null' : fill(delivery);
  };
}
