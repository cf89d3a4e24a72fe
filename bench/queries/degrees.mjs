import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import { createRandom } from './random.mjs';

/** Of the logarithm of a degree, where no file gives the distribution: the mean is then 1.8 times the median. */
const SIGMA = 1.1;
/** Under the limit of 3,000 friends in one list. */
const MOST = 2900;

/** Where the distribution comes from, in words. */
export const degreeSource =
  env.BENCH_DEGREES === undefined
    ? `log-normal with σ = ${SIGMA}`
    : 'the percentiles of the file that BENCH_DEGREES named';

/** How many friendships each of the users has: drawn from the distribution, then scaled to about `sum` in all. */
export function drawDegrees(users, sum, seed) {
  const random = createRandom(seed);
  const draw = env.BENCH_DEGREES === undefined ? drawLogNormal : readPercentiles(env.BENCH_DEGREES);
  const drawn = Float64Array.from({ length: users }, () => draw(random));
  const scale = sum / drawn.reduce((total, degree) => total + degree, 0);
  const most = Math.min(MOST, users / 4);
  return Int32Array.from(drawn, (degree) => Math.max(1, Math.round(Math.min(degree * scale, most))));
}

function drawLogNormal(random) {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(SIGMA * normal);
}

/** Lines of "least most percentile", one for each of the hundred. */
function readPercentiles(file) {
  const ranges = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([least, most]) => most >= least);
  if (ranges.length === 0) throw new Error(`${file} holds no lines of "least most percentile"`);
  return (random) => {
    const [least, most] = ranges[Math.floor(random() * ranges.length)];
    return least + random() * (most - least);
  };
}
