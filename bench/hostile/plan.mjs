import { env } from 'node:process';

const full = {
  short: false,
  rounds: 9,
  windowMs: 3000,
  warmUpMs: 1000,
  /** Connections that do nothing. */
  idle: 5000,
  /** Connections that are busy. */
  busy: 8,
  honest: 4,
  /** Who ask in turn, so that none of them comes near a limit. */
  users: 40,
  pauseMs: 5,
  friends: 200,
};

/** Shows that the benchmark still works; its numbers say nothing. */
const short = { ...full, short: true, rounds: 1, windowMs: 200, warmUpMs: 100, idle: 200, friends: 50 };

const chosen = env.BENCH_SHORT === '1' ? short : full;

/** BENCH_ROUNDS makes fewer rounds, or more; BENCH_ATTACKS names some attacks, of which nothing is kept then. */
export const plan = {
  ...chosen,
  rounds: Number(env.BENCH_ROUNDS ?? chosen.rounds),
  attacks: env.BENCH_ATTACKS?.split(',') ?? null,
};
