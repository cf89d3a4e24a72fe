import { env } from 'node:process';

/**
 * How much is measured. The short form exists to show that the benchmark still works; its numbers say nothing.
 *
 * @typedef {object} Plan
 * @property {boolean} short
 * @property {number} seed
 * @property {number} users
 * @property {number} edges - rows of the friend table, as near as the formula comes to it
 * @property {number} viewers - users who ask
 * @property {number} connections - each asks anew when it is answered
 * @property {number} samples - answers of each operation that are compared before anything is timed; an odd number ends
 *   with a friend added and not deleted
 * @property {number} rounds
 * @property {number} firstWarmUpMs - of every operation of every server, before the rounds
 * @property {number} warmUpMs - before every window
 * @property {number} windowMs - in which requests count
 * @property {{ users: number, edges: number }[]} growth
 */

/** @type {Plan} */
const full = {
  short: false,
  seed: 20_261_123,
  users: 100_000,
  edges: 2_000_000,
  viewers: 1000,
  connections: 16,
  samples: 41,
  rounds: 5,
  firstWarmUpMs: 1000,
  warmUpMs: 300,
  windowMs: 1300,
  growth: [
    { users: 500, edges: 10_000 },
    { users: 50_000, edges: 1_000_000 },
  ],
};

/** @type {Plan} */
const short = {
  ...full,
  short: true,
  users: 500,
  edges: 10_000,
  viewers: 24,
  connections: 4,
  samples: 9,
  rounds: 1,
  firstWarmUpMs: 20,
  warmUpMs: 10,
  windowMs: 60,
  growth: [{ users: 500, edges: 10_000 }],
};

const chosen = env.BENCH_SHORT === '1' ? short : full;
const long = env.BENCH_LONG === '1' ? [{ users: 1_000_000, edges: 20_000_000 }] : [];

/** BENCH_ROUNDS makes fewer rounds, or more; BENCH_LONG=1 adds the largest size of the growth. */
export const plan = {
  ...chosen,
  rounds: Number(env.BENCH_ROUNDS ?? chosen.rounds),
  growth: [...chosen.growth, ...long],
};

/** The servers, in the order of the tables; the first one is the product and the second one the limit. */
export const SERVERS = /** @type {const} */ ([
  'amicus',
  'raw',
  'mercurius',
  'yoga',
  'apollo',
  'postgraphile',
]);

/** Those that can work on this database. */
export const toServers = (engine) =>
  engine === 'postgres' ? SERVERS : SERVERS.filter((server) => server !== 'postgraphile');
