import type { ApplicationFacts, EventDraft } from '../events/friendship-event';
import type { CustomFieldValue } from '../lib/custom-fields';
import type { Placement } from './friend-group.repository';
import type {
  ApplicationKey,
  Asking,
  BlockKey,
  EdgeKey,
  NewApplication,
  NewBlock,
  NewEdge,
  Refusal,
} from './relation-rows';
import type { PairKey, PairRow, RequestDetails } from './relation.repository';
import {
  toRelationEvents,
  type Decision,
  type RelationAction,
  type RelationEvent,
} from './relation.transitions';

/** What goes with an action: the words of a request, and my own entry for them in my friend list. All checked. */
export interface RelationDetails {
  remark: string;
  groups: readonly string[];
  addSource: string;
  addWording: string;
  customInfo: readonly CustomFieldValue[];
  /** When the friendship began; null for now. */
  addTimeMs: number | null;
}

export const NO_DETAILS: RelationDetails = {
  remark: '',
  groups: [],
  addSource: '',
  addWording: '',
  customInfo: [],
  addTimeMs: null,
};

export interface RelationChange extends PairKey {
  action: RelationAction;
  details: RelationDetails;
}

/** Names the two, the same whichever of them calls. */
export function toPairName({ me, they }: PairKey): string {
  return me < they ? `${me} ${they}` : `${they} ${me}`;
}

/** Gathers what the decisions of one call, or of several, change, so that each kind of row is written by one statement. */
export class RelationEffects {
  readonly newEdges: NewEdge[] = [];
  readonly lostEdges: EdgeKey[] = [];
  readonly newApplications: NewApplication[] = [];
  readonly lostApplications: ApplicationKey[] = [];
  readonly newBlocks: NewBlock[] = [];
  readonly lostBlocks: BlockKey[] = [];
  readonly askings: Asking[] = [];
  readonly refusals: Refusal[] = [];
  readonly placements: Placement[] = [];
  /** Of each call by itself: those of one are joined. */
  readonly events: EventDraft[][] = [];
  private eventsOfCall: EventDraft[] = [];

  constructor(private readonly nowMs: number) {}

  /** What is added from here on belongs to another call. */
  beginCall(): void {
    this.eventsOfCall = [];
    this.events.push(this.eventsOfCall);
  }

  add(change: RelationChange, pair: PairRow, decision: Decision): void {
    for (const event of toRelationEvents(pair.facts, decision)) this.addEvent(change, pair, event);
    if (decision.asked) this.addAsking(change.me);
    if (decision.refused) {
      this.refusals.push({ owner_id: change.they, peer_id: change.me, refused_at: this.nowMs });
    }
  }

  /** One row for all that one user asks at one moment. */
  private addAsking(userID: string): void {
    const known = this.askings.find(({ owner_id }) => owner_id === userID);
    if (known === undefined) this.askings.push({ owner_id: userID, asked_at: this.nowMs, times: 1 });
    else known.times += 1;
  }

  private addEvent(change: RelationChange, pair: PairRow, event: RelationEvent): void {
    const [userID, otherID] = event.to === 'me' ? [change.me, change.they] : [change.they, change.me];
    const edge = { owner_id: userID, friend_id: otherID };
    const block = { owner_id: userID, blocked_id: otherID };
    switch (event.type) {
      case 'FRIEND_LIST_ADDED':
        this.addEdge(change, pair, event.to);
        break;
      case 'FRIEND_LIST_DELETED':
        this.lostEdges.push(edge);
        break;
      case 'BLOCK_LIST_ADDED':
        this.newBlocks.push({ ...block, created_at: this.nowMs });
        break;
      case 'BLOCK_LIST_DELETED':
        this.lostBlocks.push(block);
        break;
      case 'FRIEND_APPLICATION_LIST_ADDED':
        this.addApplication(change, { owner_id: userID, peer_id: otherID, type: event.applicationType });
        return;
      case 'FRIEND_APPLICATION_LIST_DELETED': {
        const { applicationType } = event;
        this.lostApplications.push({ owner_id: userID, peer_id: otherID, type: applicationType });
        this.eventsOfCall.push({
          userID,
          type: event.type,
          payload: { applicationType, userIDs: [otherID] },
        });
        return;
      }
    }
    this.eventsOfCall.push({ userID, type: event.type, payload: { userIDs: [otherID] } });
  }

  /** My own entry takes my words; theirs takes what they said when they asked, or only where the friendship came from. */
  private addEdge(change: RelationChange, { myRequest, theirRequest }: PairRow, owner: 'me' | 'them'): void {
    const { me, they, action } = change;
    // Who imports both edges says nothing for either: what each said who asked stands.
    const details =
      action.kind === 'IMPORT' && action.both && myRequest !== null
        ? { ...change.details, ...toWords(myRequest) }
        : change.details;
    const mine = owner === 'me';
    const [ownerID, friendID] = mine ? [me, they] : [they, me];
    const origin =
      !mine || details.addSource + details.addWording === '' ? (theirRequest ?? details) : details;
    const notes = mine ? details : theirRequest === null ? NO_DETAILS : toWords(theirRequest);
    this.newEdges.push({
      owner_id: ownerID,
      friend_id: friendID,
      remark: notes.remark,
      add_source: origin.addSource,
      add_wording: origin.addWording,
      custom_info: JSON.stringify(mine ? details.customInfo : []),
      created_at: details.addTimeMs ?? this.nowMs,
    });
    for (const name of notes.groups) {
      this.placements.push({ ownerID, groupName: name, friendID });
    }
  }

  private addApplication({ details }: RelationChange, key: ApplicationKey): void {
    const { addSource, addWording } = details;
    const sent = key.type === 'SEND_OUT';
    this.newApplications.push({
      ...key,
      add_source: addSource,
      add_wording: addWording,
      // The remark and the group are the sender's own and stay in the sender's row.
      friend_remark: sent ? details.remark : '',
      friend_group: sent ? (details.groups[0] ?? '') : '',
      created_at: this.nowMs,
      read_at: sent ? this.nowMs : null,
    });
    const facts: ApplicationFacts = {
      userID: key.peer_id,
      type: key.type,
      addSource,
      addWording,
      addTimeMs: this.nowMs,
    };
    this.eventsOfCall.push({
      userID: key.owner_id,
      type: 'FRIEND_APPLICATION_LIST_ADDED',
      payload: { applications: [facts] },
    });
  }
}

function toWords({
  group,
  ...words
}: RequestDetails): Pick<RelationDetails, 'remark' | 'groups' | 'addSource' | 'addWording'> {
  return { ...words, groups: group === '' ? [] : [group] };
}
