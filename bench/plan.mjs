import { env } from 'node:process';

/**
 * How much is measured. The short form exists to show that the benchmark still works; its numbers say nothing.
 *
 * @typedef {object} Plan
 * @property {boolean} short
 * @property {number[]} sizes - listeners of one change
 * @property {number} rounds - of every server at every size
 * @property {number} warmUps - changes before those that count, in every fresh server
 * @property {number} deliveries - the number of changes that count, in every fresh server, makes at least that many
 * @property {number} memoryBase - listeners that are there when the memory of the others begins to count
 * @property {number} stormSize
 * @property {number} stormRounds - of every server
 * @property {number} stormMs - within which all listeners begin to come back
 * @property {number} missedChanges - made while all listeners are away
 * @property {number} stepLimitMs - that one step may take before the run fails
 */

/** @type {Omit<Plan, 'stormRounds'>} */
const full = {
  short: false,
  sizes: [3000, 10_000],
  rounds: 9,
  warmUps: 5,
  deliveries: 120_000,
  memoryBase: 500,
  stormSize: 10_000,
  stormMs: 5000,
  missedChanges: 3,
  stepLimitMs: 180_000,
};

/** @type {Omit<Plan, 'stormRounds'>} */
const short = {
  ...full,
  short: true,
  sizes: [200],
  rounds: 1,
  warmUps: 1,
  deliveries: 600,
  memoryBase: 50,
  stormSize: 200,
  stormMs: 500,
  stepLimitMs: 60_000,
};

const chosen = env.BENCH_SHORT === '1' ? short : full;
const rounds = Number(env.BENCH_ROUNDS ?? chosen.rounds);

/** BENCH_ROUNDS makes fewer rounds, or more. */
export const plan = { ...chosen, rounds, stormRounds: Math.ceil(rounds / 3) };

/** The changes that count, in every fresh server. */
export const toChangeCount = ({ deliveries }, size) => Math.ceil(deliveries / size);

/** The servers, in the order of the tables; the first one is the product and the second one the limit. */
export const SERVERS = /** @type {const} */ (['amicus', 'raw-ws', 'graphql-ws', 'mercurius']);

/** @typedef {(typeof SERVERS)[number]} ServerKind */
