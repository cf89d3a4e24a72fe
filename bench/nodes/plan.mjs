import { env } from 'node:process';

/** How much is measured. The short form exists to show that the benchmark still works; its numbers say nothing. */
const full = {
  short: false,
  seed: 20_261_123,
  nodes: [1, 2, 3],
  listeners: 3000,
  rounds: 5,
  warmUps: 3,
  changes: 20,
  stepLimitMs: 120_000,
  // For the reads.
  users: 20_000,
  edges: 400_000,
  viewers: 500,
  connections: 12,
  warmUpMs: 1000,
  windowMs: 4000,
};

const short = {
  ...full,
  short: true,
  nodes: [1, 2],
  listeners: 60,
  rounds: 1,
  warmUps: 1,
  changes: 2,
  stepLimitMs: 60_000,
  users: 500,
  edges: 10_000,
  viewers: 24,
  connections: 3,
  warmUpMs: 50,
  windowMs: 100,
};

const chosen = env.BENCH_SHORT === '1' ? short : full;

/** BENCH_ROUNDS makes fewer rounds, or more. */
export const plan = { ...chosen, rounds: Number(env.BENCH_ROUNDS ?? chosen.rounds) };
