import { randomInt, randomUUID } from 'node:crypto';
import type { FriendInfo } from '../friends/friend-info';

/** What differs between the viewers of one change, by where the viewer's own value comes from. */
export type Place =
  'seq' | 'cursor' | 'id' | 'friendRemark' | 'friendAddTime' | 'addSource' | 'addWording' | 'friendGroups';

const TEXT_PLACES = ['cursor', 'id', 'friendRemark', 'addSource', 'addWording', 'friendGroups'] as const;

/**
 * Values that stand in a result where a viewer's own belong. No stored value is like one: they are made anew each
 * time, so nobody can know them, and the number is negative, as no number of a profile is.
 */
export class Marks {
  readonly seq = -1 - randomInt(2 ** 31);
  readonly addTime = new Date(Date.UTC(9999, 0, 1) + randomInt(10 ** 9));
  readonly field = { key: `key ${createSecret()}`, value: `value ${createSecret()}` };
  /** How often custom fields were selected. */
  customInfoReads = 0;
  private readonly secret = createSecret();
  private readonly texts = new Map(TEXT_PLACES.map((place) => [this.text(place), place]));

  text(place: (typeof TEXT_PLACES)[number]): string {
    return `${place} ${this.secret}`;
  }

  findPlace(value: unknown): Place | undefined {
    if (value === this.seq) return 'seq';
    if (value === this.addTime.toISOString()) return 'friendAddTime';
    return typeof value === 'string' ? this.texts.get(value) : undefined;
  }

  /** An entry of a friend list with marks for all that is the owner's. */
  createInfo(userID: string): FriendInfo {
    const readCustomInfo = () => {
      this.customInfoReads++;
      return [this.field];
    };
    return {
      id: this.text('id'),
      userID,
      friendRemark: this.text('friendRemark'),
      friendAddTime: this.addTime,
      addSource: this.text('addSource'),
      addWording: this.text('addWording'),
      get friendCustomInfo() {
        return readCustomInfo();
      },
    };
  }
}

/** Of a supply that Node has ready: random bytes of its own would be a call to the system for each. */
function createSecret(): string {
  return randomUUID();
}
