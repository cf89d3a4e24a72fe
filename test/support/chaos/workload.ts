import * as fc from 'fast-check';
import { anyStep, type Step } from '../steps';

/** Who takes part in a run. */
export interface Cast {
  /** Have devices. */
  users: readonly string[];
  /** Of `users`, those who never change their profile: what is told of them comes from their friends' notes alone. */
  quiet: ReadonlySet<string>;
  /** Without devices; an administrator deletes them, and their next call creates them anew. */
  mortals: readonly string[];
  /** Has devices and a list that grows and shrinks by all of `crowd` at once, so that its events are large. */
  collector: string;
  /** In nobody's list but the collector's. */
  crowd: readonly string[];
}

export function createCast(userCount: number): Cast {
  const toNames = (count: number, prefix: string): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(2, '0')}`);
  const users = toNames(userCount, 'u');
  return {
    users,
    quiet: new Set(users.slice(0, Math.ceil(userCount / 4))),
    mortals: toNames(2, 'm'),
    collector: 'collector',
    crowd: toNames(100, 'c'),
  };
}

const STEPS_AT_ONCE = 200;

/** Endless random calls of everybody but the collector; the same ones for the same seed. */
export function* createSteps({ users, mortals, quiet }: Cast, seed: number): Generator<Step, never> {
  const any = anyStep([...users, ...mortals], { deletes: false });
  for (let count = 0; ;) {
    for (const step of fc.sample(any, { seed: seed + count, numRuns: STEPS_AT_ONCE })) {
      count += 1;
      const mortal = mortals[count % 100];
      if (mortal !== undefined) yield { kind: 'deleteUsers', users: [mortal] };
      if (step.kind !== 'self' || !quiet.has(step.by)) yield toDistinct(step, `${seed} ${count}`);
    }
  }
}

/** Texts that no other call writes, so that one that writes them always changes something; and fewer walls. */
function toDistinct(step: Step, text: string): Step {
  switch (step.kind) {
    case 'self':
      return { ...step, nick: `nick ${text}` };
    case 'note':
      return { ...step, remark: `remark ${text}` };
    case 'add':
      return { ...step, wording: `wording ${text}` };
    case 'block':
      return text.length % 2 === 0 ? step : { ...step, kind: 'unblock' };
    default:
      return step;
  }
}

/** The collector's list is filled and emptied: two calls, and two events of which the first is large. */
export function createHeavySteps({ collector, crowd }: Cast): Step[] {
  const friends = crowd.map((user) => ({ user, remark: '', groups: [] }));
  return [
    { kind: 'importFriends', owner: collector, friends },
    { kind: 'unfriend', by: collector, users: [...crowd], both: false },
  ];
}
