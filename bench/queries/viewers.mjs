import { signToken } from '../tokens.mjs';
import { createRandom, pick } from './random.mjs';
import { toIndex, toUserID } from './rows.mjs';

/** Enough for a page of fifty and a next one, and few enough that all sizes of the data have such users. */
const DEGREES = { least: 60, most: 200 };

/** Users who ask: chosen by the seed among those with a list of middle length, each with a token. */
export async function chooseViewers(graph, count, seed) {
  const random = createRandom(seed + 2);
  const chosen = new Set();
  for (let tries = 0; chosen.size < count && tries < 50 * graph.users; tries++) {
    const user = pick(random, graph.users);
    if (chosen.has(user)) continue;
    const degree = graph.friendsOf(user).length;
    if (degree >= DEGREES.least && degree <= DEGREES.most) chosen.add(user);
  }
  const owners = new Map([...chosen].map((viewer) => [viewer, []]));
  for (const [owner, friend] of graph.edges()) owners.get(friend)?.push(owner);
  return Promise.all(
    [...chosen].map(async (index) => {
      const userID = toUserID(index);
      const friends = graph.friendsOf(index);
      return { index, userID, friends, owners: owners.get(index), token: await signToken(userID) };
    }),
  );
}

/** The users whom the viewers meet, by chance that a seed decides. */
export class Acquaintance {
  #users;
  #viewers;
  #friends;
  /** Those who have the viewer in their list. */
  #owners;

  constructor({ users, viewers }) {
    this.#users = users;
    this.#viewers = new Set(viewers.map(({ index }) => index));
    this.#friends = new Map(viewers.map((viewer) => [viewer, new Set(viewer.friends)]));
    this.#owners = new Map(viewers.map((viewer) => [viewer, new Set(viewer.owners)]));
  }

  /** So many different users who are neither in the viewer's list nor viewers themselves. */
  pickStrangers(viewer, count, random) {
    const friends = this.#friends.get(viewer);
    return this.#pickFrom(count, () => {
      const user = pick(random, this.#users);
      return friends.has(user) || this.#viewers.has(user) ? null : user;
    });
  }

  /** One whom nothing connects with the viewer, so that both lists grow and shrink by what is asked for alone. */
  pickNewcomer(viewer, random) {
    const owners = this.#owners.get(viewer);
    const [newcomer] = this.pickStrangers(viewer, 1, random);
    return owners.has(toIndex(newcomer)) ? this.pickNewcomer(viewer, random) : newcomer;
  }

  pickFriends(viewer, count, random) {
    return this.#pickFrom(count, () => viewer.friends[pick(random, viewer.friends.length)]);
  }

  #pickFrom(count, choose) {
    const chosen = new Set();
    while (chosen.size < count) {
      const user = choose();
      if (user !== null) chosen.add(user);
    }
    return [...chosen].map(toUserID);
  }
}
