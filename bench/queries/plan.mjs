import { env } from 'node:process';
import { OPERATIONS } from './operations.mjs';

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
 * @property {{ users: number, edges: number }[]} growth - the sizes, the smallest first
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
  firstWarmUpMs: 3000,
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

/** The servers, in the order of the tables; the first one is the product and the second one the limit. */
const SERVERS = /** @type {const} */ (['amicus', 'raw', 'mercurius', 'yoga', 'apollo', 'postgraphile']);
const LIMIT = 'raw';
const ENGINES = /** @type {const} */ (['sqlite', 'postgres']);

/** The names that a variable gives, in the order of `all`; all of them where it is not set. */
function choose(variable, all) {
  const names = env[variable]?.split(',');
  const unknown = names?.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`${variable}: "${unknown}" is none of ${all.join(', ')}`);
  return all.filter((name) => names?.includes(name) ?? true);
}

const chosen = env.BENCH_SHORT === '1' ? short : full;
const long = env.BENCH_LONG === '1' ? [{ users: 1_000_000, edges: 20_000_000 }] : [];
const choices = ['BENCH_OPERATIONS', 'BENCH_SERVERS', 'BENCH_ENGINES'];

/**
 * BENCH_ROUNDS makes fewer rounds, or more; BENCH_LONG=1 adds the largest size of the growth. BENCH_OPERATIONS,
 * BENCH_SERVERS and BENCH_ENGINES, lists of names, measure a part, which is printed and not kept.
 */
export const plan = {
  ...chosen,
  rounds: Number(env.BENCH_ROUNDS ?? chosen.rounds),
  growth: [...chosen.growth, ...long],
  operations: choose(
    'BENCH_OPERATIONS',
    OPERATIONS.map(({ name }) => name),
  ),
  // Ratios are to the limit.
  servers: SERVERS.filter((name) => name === LIMIT || choose('BENCH_SERVERS', SERVERS).includes(name)),
  engines: choose('BENCH_ENGINES', ENGINES),
  isKept: !chosen.short && !choices.some((variable) => variable in env),
};

/** Those of the servers that can work on this database. */
export const toServers = (engine, servers) =>
  engine === 'postgres' ? servers : servers.filter((server) => server !== 'postgraphile');
