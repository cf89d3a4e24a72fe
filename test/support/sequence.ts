import type { Crowd } from './crowd';
import type { ReceivedEvent } from './listener';
import { cloneUsers, type Account } from './model-account';
import { toEventFacts, toExpectedEvents, type EventFacts } from './model-events';
import type { Answer, Model } from './model';
import type { Stretch } from './stream';
import type { Step } from './steps';

interface Stream {
  /** The position when the user was created. */
  start: string;
  /** What each call that concerned the user must have brought. */
  expected: EventFacts[][];
  /** Changes of friends' profiles that the user must hear of at some time after so many of the expected events. */
  due: { friend: string; after: number }[];
}

/** Runs a history on server and model, one call after another, and keeps what every stream must hold. */
export class Sequence {
  readonly streams = new Map<string, Stream>();

  constructor(
    private readonly crowd: Crowd,
    private readonly model: Model,
  ) {}

  async run(step: Step): Promise<{ answer: Answer; expected: Answer }> {
    const { model, crowd } = this;
    if ('by' in step && !model.users.has(step.by)) {
      model.register(step.by);
      await this.begin(step.by);
    }
    const before = cloneUsers(model.users);
    const answer = await crowd.run(step);
    const expected = model.apply(step);
    for (const name of before.keys()) if (!model.users.has(name)) this.streams.delete(name);
    for (const [name, account] of model.users) {
      const earlier = before.get(name);
      if (earlier === undefined) await this.begin(name);
      else this.expect(name, toExpectedEvents(earlier, account, name, step, model));
    }
    for (const [owner, stream] of this.streams) this.noteProfiles(owner, stream, before);
    return { answer, expected };
  }

  private async begin(name: string): Promise<void> {
    this.streams.set(name, { start: await this.crowd.position(name), expected: [], due: [] });
  }

  /** Every owner hears of a profile, unless the friend leaves the list before: then it may. */
  private noteProfiles(owner: string, { expected, due }: Stream, before: ReadonlyMap<string, Account>): void {
    const friends = this.model.users.get(owner)?.friends ?? new Map<string, unknown>();
    for (const friend of friends.keys()) {
      const [earlier, now] = [before.get(friend), this.model.users.get(friend)];
      const changed = earlier?.nick !== now?.nick || earlier?.allowType !== now?.allowType;
      if (earlier !== undefined && changed) due.push({ friend, after: expected.flat().length });
    }
    const kept = due.filter(({ friend }) => friends.has(friend));
    due.splice(0, due.length, ...kept);
  }

  private expect(name: string, events: EventFacts[]): void {
    if (events.length > 0) this.streams.get(name)?.expected.push(events.sort(byText));
  }
}

/**
 * The events of a stream call by call, those of one call in one order, beside what is expected. Left out is what comes
 * some time after its call: changes of friends' profiles.
 */
export function toCallByCall({ events }: Stretch, expected: EventFacts[][]): EventFacts[][] {
  const facts = events.filter(({ type }) => type !== 'FRIEND_INFO_CHANGED').map(toEventFacts);
  const calls = expected.map(({ length }) => facts.splice(0, length).sort(byText));
  return facts.length === 0 ? calls : [...calls, facts];
}

/** The friends whose profiles changed without a word. */
export function findUntold(events: readonly ReceivedEvent[], due: Stream['due']): string[] {
  return due
    .filter(({ friend, after }) => {
      let others = 0;
      const told = events.some((event) => {
        if (event.type !== 'FRIEND_INFO_CHANGED') others += 1;
        else return others >= after && toEventFacts(event).users.includes(friend);
        return false;
      });
      return !told;
    })
    .map(({ friend }) => friend);
}

function byText(a: EventFacts, b: EventFacts): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
