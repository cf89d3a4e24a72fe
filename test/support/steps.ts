import * as fc from 'fast-check';

export type AllowType = 'ALLOW_ANY' | 'NEED_CONFIRM' | 'DENY_ANY';
type Direction = 'COME_IN' | 'SEND_OUT';

/** One mutation of a history. `by` is the viewer; a step without one is an administrator's. */
export type Step =
  | {
      kind: 'add';
      by: string;
      to: string;
      both: boolean;
      remark: string;
      group: string;
      wording: string;
      source: string;
    }
  | { kind: 'accept'; by: string; to: string; andAdd: boolean; remark: string }
  | { kind: 'refuse'; by: string; to: string }
  | { kind: 'deleteApplication'; by: string; to: string; type: Direction }
  | { kind: 'read'; by: string; users: string[] | null }
  | { kind: 'unfriend'; by: string; users: string[]; both: boolean }
  | { kind: 'block' | 'unblock'; by: string; users: string[] }
  | { kind: 'createGroup' | 'addToGroup' | 'removeFromGroup'; by: string; name: string; users: string[] }
  | { kind: 'deleteGroups'; by: string; names: string[] }
  | { kind: 'renameGroup'; by: string; name: string; newName: string }
  | { kind: 'note'; by: string; to: string; remark: string | null; custom: string | null }
  | { kind: 'self'; by: string; nick: string | null; allowType: AllowType | null }
  | { kind: 'importFriends'; owner: string; friends: { user: string; remark: string; groups: string[] }[] }
  | { kind: 'forbid'; user: string; forbidden: boolean }
  | { kind: 'deleteUsers'; users: string[] };

export const EVERYBODY = ['a', 'b', 'c', 'd', 'e'];
/** An id of nobody, and a text that cannot be an id. */
export const NOBODY = 'nobody';
export const NO_ID = 'no id';

/** A random mutation among these users. Now and then it names nobody, or something that is no id. */
export function anyStep(users: readonly string[], { deletes = true } = {}): fc.Arbitrary<Step> {
  const by = fc.constantFrom(...users);
  const to = fc.oneof(
    { weight: 30, arbitrary: by },
    { weight: 1, arbitrary: fc.constantFrom(NOBODY, NO_ID) },
  );
  const several = fc.array(to, { minLength: 1, maxLength: 3 });
  const remark = fc.constantFrom('', 'r1', 'r2');
  const name = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('g', 'h', 'k') },
    { weight: 1, arbitrary: fc.constant('') },
  );
  const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 2 });
  const step = <Kind extends Step['kind']>(
    weight: number,
    kind: Kind,
    parts: { [Key in Exclude<keyof Extract<Step, { kind: Kind }>, 'kind'>]: fc.Arbitrary<unknown> },
  ): fc.WeightedArbitrary<Step> => ({
    weight,
    arbitrary: fc.record({ kind: fc.constant(kind), ...parts }) as unknown as fc.Arbitrary<Step>,
  });
  return fc.oneof(
    step(12, 'add', {
      by,
      to,
      both: fc.boolean(),
      remark,
      group: name.map((text) => (text === 'k' ? '' : text)),
      wording: fc.constantFrom('', 'hi', 'hello'),
      source: fc.constantFrom('', 'web', 'card'),
    }),
    step(10, 'accept', { by, to, andAdd: fc.boolean(), remark }),
    step(4, 'refuse', { by, to }),
    step(4, 'deleteApplication', { by, to, type: fc.constantFrom('COME_IN', 'SEND_OUT') }),
    step(2, 'read', { by, users: maybe(several) }),
    step(3, 'unfriend', { by, users: several, both: fc.boolean() }),
    step(2, 'block', { by, users: several }),
    step(2, 'unblock', { by, users: several }),
    step(3, 'createGroup', { by, name, users: fc.array(to, { maxLength: 3 }) }),
    step(2, 'addToGroup', { by, name, users: several }),
    step(1, 'removeFromGroup', { by, name, users: several }),
    step(1, 'deleteGroups', { by, names: fc.array(name, { minLength: 1, maxLength: 3 }) }),
    step(2, 'renameGroup', { by, name, newName: name }),
    step(3, 'note', { by, to, remark: maybe(remark), custom: maybe(fc.constantFrom('', 'x', 'y')) }),
    step(8, 'self', {
      by,
      nick: maybe(fc.constantFrom('', 'Al', 'Bo', 'Cy', 'Di')),
      allowType: maybe(fc.constantFrom('ALLOW_ANY', 'ALLOW_ANY', 'NEED_CONFIRM', 'DENY_ANY')),
    }),
    step(4, 'importFriends', {
      owner: by,
      friends: fc.array(fc.record({ user: to, remark, groups: fc.array(name, { maxLength: 2 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
    step(1, 'forbid', { user: by, forbidden: fc.boolean() }),
    ...(deletes ? [step(1, 'deleteUsers', { users: several })] : []),
  );
}

/** 3, 4 or 5 users: few meet often, more fill their lists. */
export const anyCrowd = fc.constantFrom(3, 4, 5).map((count) => EVERYBODY.slice(0, count));

/** A step as one would say it: `a add b both:true`. Empty and missing parts are left out. */
export function toText(step: Step): string {
  const { kind, ...parts } = step;
  const by = 'by' in parts ? `${parts.by} ` : '';
  const words = Object.entries(parts).flatMap(([name, value]) => {
    if (name === 'by' || value === '' || value === null) return [];
    return [`${name}:${typeof value === 'object' ? JSON.stringify(value) : String(value)}`];
  });
  return `${by}${kind} ${words.join(' ')}`;
}
