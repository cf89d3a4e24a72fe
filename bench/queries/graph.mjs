import { drawDegrees } from './degrees.mjs';
import { createRandom, hashPair, pick } from './random.mjs';

/** One pair in so many is in one list only. */
const ONE_WAY = 10;

/**
 * Who has whom in the list, the same for the same numbers on every machine. Friendships are drawn so that each user
 * has about as many as its degree says (a configuration model: loops and doubles are left out); one in ten is one-way.
 */
export class Graph {
  /** The edges as `owner * users + friend`, sorted. */
  #keys;

  constructor({ users, edges }, seed) {
    this.users = users;
    const pairs = drawPairs(users, edges / (2 - 1 / ONE_WAY), seed);
    const keys = new Float64Array(pairs.length * 2);
    let count = 0;
    for (const pair of pairs) {
      const [left, right] = [Math.floor(pair / users), pair % users];
      const kind = hashPair(left, right) % (2 * ONE_WAY);
      if (kind !== 0) keys[count++] = left * users + right;
      if (kind !== 1) keys[count++] = right * users + left;
    }
    this.#keys = keys.subarray(0, count).sort();
  }

  get size() {
    return this.#keys.length;
  }

  /** Every edge, sorted by owner and friend. */
  *edges() {
    for (const key of this.#keys) yield [Math.floor(key / this.users), key % this.users];
  }

  /** Who is in the owner's list, sorted. */
  friendsOf(owner) {
    const [from, to] = [this.#find(owner * this.users), this.#find((owner + 1) * this.users)];
    return Array.from(this.#keys.subarray(from, to), (key) => key % this.users);
  }

  /** The index of the first key that is not less. */
  #find(key) {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** About `count` pairs, each once, as `lesser * users + greater`. */
function drawPairs(users, count, seed) {
  const degrees = drawDegrees(users, 2 * count, seed);
  const ends = new Int32Array(degrees.reduce((total, degree) => total + degree, 0));
  let filled = 0;
  degrees.forEach((degree, user) => {
    ends.fill(user, filled, (filled += degree));
  });
  shuffle(ends, createRandom(seed + 1));
  const pairs = new Float64Array(ends.length >>> 1);
  for (let index = 0; index < pairs.length; index++) {
    const [left, right] = [ends[2 * index], ends[2 * index + 1]];
    pairs[index] = Math.min(left, right) * users + Math.max(left, right);
  }
  const isLoop = (pair) => Math.floor(pair / users) === pair % users;
  return pairs.sort().filter((pair, index) => pair !== pairs[index - 1] && !isLoop(pair));
}

function shuffle(values, random) {
  for (let index = values.length - 1; index > 0; index--) {
    const other = pick(random, index + 1);
    [values[index], values[other]] = [values[other], values[index]];
  }
}
