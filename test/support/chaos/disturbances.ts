import * as fc from 'fast-check';

/** What befalls the gateway and its clients. Numbers choose among the devices there are. */
export type Disturbance =
  | { kind: 'cut'; devices: number[] }
  | { kind: 'stall'; device: number; forCalls: number }
  /** Stalls a device of the collector until more has been written than the network between holds. */
  | { kind: 'longStall'; device: number }
  | { kind: 'clock'; byMs: number }
  /** Some wait until nothing stalls, so that stalls come to their end too. */
  | { kind: 'kill'; whenCalm: boolean };

const device = fc.nat(9_999);

const anyDisturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      devices: fc.array(device, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('stall' as const),
      device,
      forCalls: fc.integer({ min: 10, max: 200 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('longStall' as const), device }) },
  {
    weight: 3,
    // By minutes forward, by seconds back.
    arbitrary: fc
      .oneof(fc.integer({ min: 60_000, max: 1_800_000 }), fc.integer({ min: -30_000, max: -1_000 }))
      .map((byMs) => ({ kind: 'clock' as const, byMs })),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill' as const), whenCalm: fc.boolean() }) },
);

const AT_ONCE = 100;

/**
 * Endless random disturbances, the same ones for the same seed. Before them, so that a short run has each kind, some
 * that leave the device of the long stall alone.
 */
export function* createDisturbances(seed: number): Generator<Disturbance, never> {
  yield { kind: 'longStall', device: 0 };
  yield* [1, 2, 3].map((first) => ({ kind: 'cut' as const, devices: [first, first + 6, first + 12] }));
  yield { kind: 'clock', byMs: -5_000 };
  yield { kind: 'stall', device: 4, forCalls: 50 };
  yield* [4, 5, 6].map((first) => ({ kind: 'cut' as const, devices: [first, first + 6, first + 12] }));
  yield { kind: 'kill', whenCalm: true };
  yield { kind: 'clock', byMs: 600_000 };
  yield { kind: 'kill', whenCalm: false };
  for (let count = 0; ; count += AT_ONCE) {
    yield* fc.sample(anyDisturbance, { seed: seed + count, numRuns: AT_ONCE });
  }
}
