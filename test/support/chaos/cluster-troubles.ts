import * as fc from 'fast-check';

/** What befalls several gateways, what they need, and their clients. Numbers choose among what there is. */
export type ClusterTrouble =
  /** SIGKILL; the process is started again at once. */
  | { kind: 'kill'; node: number }
  /** SIGSTOP, and SIGCONT later. */
  | { kind: 'freeze'; node: number; share: number }
  /** Between one gateway and the database or the bus: swallowed in silence, or refused. */
  | { kind: 'swallow' | 'unplug'; node: number; wire: Wire; share: number }
  /** All of PostgreSQL's processes end at once; it recovers. */
  | { kind: 'crashPostgres' }
  /** Redis is killed and started again empty. */
  | { kind: 'killRedis'; share: number }
  | { kind: 'clock'; node: number; byMs: number }
  /** Connections of devices break. */
  | { kind: 'cut'; devices: number[] };

export type Wire = 'database' | 'bus';

const node = fc.nat(2);
/** Of the longest time that anything lasts. */
const share = fc.double({ min: 0.05, max: 1, noNaN: true });
const wire = fc.constantFrom<Wire>('database', 'bus');

const anyTrouble: fc.Arbitrary<ClusterTrouble> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('kill' as const), node }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('freeze' as const), node, share }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('swallow', 'unplug'), node, wire, share }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'crashPostgres' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('killRedis' as const), share }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      node,
      byMs: fc.integer({ min: -5_000, max: 5_000 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      devices: fc.array(fc.nat(9_999), { minLength: 1, maxLength: 5 }),
    }),
  },
);

const AT_ONCE = 100;

/** Endless random troubles, the same ones for the same seed; before them one of each kind, in any order. */
export function* createTroubles(seed: number): Generator<ClusterTrouble, never> {
  const first: ClusterTrouble[] = [
    { kind: 'kill', node: 0 },
    { kind: 'freeze', node: 1, share: 1 },
    { kind: 'swallow', node: 2, wire: 'database', share: 0.5 },
    { kind: 'unplug', node: 0, wire: 'database', share: 0.5 },
    { kind: 'swallow', node: 1, wire: 'bus', share: 1 },
    { kind: 'unplug', node: 2, wire: 'bus', share: 0.3 },
    { kind: 'crashPostgres' },
    { kind: 'killRedis', share: 0.2 },
    { kind: 'clock', node: 1, byMs: -3_000 },
    { kind: 'cut', devices: [1, 7, 13, 19, 25] },
    { kind: 'kill', node: 2 },
    { kind: 'crashPostgres' },
  ];
  const order = fc.shuffledSubarray(first, { minLength: first.length });
  yield* fc.sample(order, { seed, numRuns: 1 })[0] ?? first;
  for (let count = 0; ; count += AT_ONCE) {
    yield* fc.sample(anyTrouble, { seed: seed + count, numRuns: AT_ONCE });
  }
}
