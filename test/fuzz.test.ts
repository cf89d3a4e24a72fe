import * as fc from 'fast-check';
import { createSchema } from '../src/graphql/schema';
import { cursors } from './support/fuzz/cursors';
import { exchange } from './support/fuzz/exchange';
import { findHttpFault, findSocketFault } from './support/fuzz/faults';
import { conversations, isAnswered, oddFrames, SIGNED_IN, toOpening } from './support/fuzz/frames';
import { FuzzServer } from './support/fuzz/fuzz-server';
import { operations } from './support/fuzz/operations';
import { bodies, oddRequests, requests, TOKENS } from './support/fuzz/requests';
import { readGauges } from './support/gauges';
import { keepCounts } from './support/long-results';

const inputs = Number(process.env['FUZZ_INPUTS'] ?? 1_000);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const path = process.env['FUZZ_PATH'];
const isLong = inputs > 10_000;
const AT_ONCE = 20;
/** Characters of an input that failed; the seed and the path give the rest. */
const MAX_SHOWN = 4_000;
/** How often so many are sent until an honest client looks. */
const LOOK_EVERY = 25;
/** What caches may take of the heap in the second half of the inputs. */
const MAX_GROWTH_BYTES = 32 * 1024 * 1024;

const HONEST = '{ me { id nickName } friendList { nodes { userID friendRemark } } }';
const WANTED = {
  me: { id: 'honest', nickName: 'Honest' },
  friendList: { nodes: [{ userID: 'pal', friendRemark: 'Pal' }] },
};

describe(`whatever a client sends (FUZZ_SEED=${seed})`, () => {
  const schema = createSchema([]);
  let server: FuzzServer;
  let tokens: Record<keyof typeof TOKENS, string>;
  let parameters: fc.Arbitrary<string>;
  let sent = 0;
  let before: ReadonlyMap<string, number>;
  beforeAll(async () => {
    server = await FuzzServer.start();
    tokens = { user: await server.token('ann'), admin: await server.token('root', true) };
    await server.call(
      'root',
      `mutation { importUsers(users: [{ userID: "honest", nickName: "Honest" }, { userID: "pal" }, { userID: "ann" }, { userID: "bob" }]) { code }
        a: importFriends(userID: "honest", friends: [{ userID: "pal", friendRemark: "Pal" }]) { code }
        b: importFriends(userID: "ann", friends: [{ userID: "bob" }, { userID: "pal" }]) { code } }`,
      true,
    );
    const { friendList, friendshipEventPosition } = await server.call<{
      friendList: { pageInfo: { startCursor: string; endCursor: string } };
      friendshipEventPosition: string;
    }>('ann', '{ friendList { pageInfo { startCursor endCursor } } friendshipEventPosition }');
    const real = [friendList.pageInfo.startCursor, friendList.pageInfo.endCursor, friendshipEventPosition];
    parameters = bodies(operations(schema, cursors(real)));
    before = await readGauges(server.url);
  }, 120_000);
  afterAll(() => server.stop());

  const toBytes = (input: string): Buffer =>
    Buffer.from(input.replaceAll(TOKENS.user, tokens.user).replaceAll(TOKENS.admin, tokens.admin), 'latin1');

  /** Over HTTP. */
  const ask = async (input: string): Promise<string | null> =>
    findHttpFault(input, await exchange(server.url, toBytes(input)));
  /** Over WebSocket. */
  const talk = async (input: string): Promise<string | null> => {
    if (!input.startsWith(SIGNED_IN))
      return findSocketFault(input, await exchange(server.url, toBytes(input), isAnswered));
    const opening = Buffer.from(toOpening(tokens.user), 'latin1');
    const rest = toBytes(input.slice(SIGNED_IN.length));
    return findSocketFault(input, await exchange(server.url, opening, isAnswered, rest));
  };

  async function expectWell(): Promise<void> {
    expect(server.troubles).toEqual([]);
    expect(await server.call('honest', HONEST)).toEqual(WANTED);
  }

  /** Sends that share of the inputs, some of them at once, and looks at every answer. */
  async function send(
    title: string,
    share: number,
    texts: fc.Arbitrary<string>,
    findFault: (input: string) => Promise<string | null>,
  ): Promise<void> {
    const numRuns = Math.ceil((inputs * share) / AT_ONCE);
    let runs = 0;
    let halfwayBytes = Infinity;
    const atOnce = fc.array(texts, { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(atOnce, async (batch) => {
      const faults = await Promise.all(batch.map(findFault));
      const found = faults.flatMap((fault, at) =>
        fault === null ? [] : `${fault}: ${JSON.stringify(batch[at]).slice(0, MAX_SHOWN)}`,
      );
      if (found.length + server.troubles.length > 0)
        throw new Error([...found, ...server.troubles].join('\n'));
      runs++;
      if (runs % LOOK_EVERY === 0) await expectWell();
      if (runs === Math.ceil(numRuns / 2)) halfwayBytes = await server.measureHeapBytes();
    });
    const given = { numRuns, seed, endOnFailure: true, ...(path !== undefined && { path }) };
    const { failed, counterexamplePath, errorInstance } = await fc.check(property, given);
    if (failed)
      throw new Error(`FUZZ_SEED=${seed} FUZZ_PATH=${counterexamplePath ?? ''}\n${String(errorInstance)}`);
    await expectWell();
    const own = runs * AT_ONCE;
    sent += own;
    const growth = (await server.measureHeapBytes()) - halfwayBytes;
    if (isLong) {
      const shown = `${own} inputs; heap ${(growth / 1024 ** 2).toFixed(1)} MiB more at the end than halfway`;
      process.stdout.write(`${title} (FUZZ_SEED=${seed}): ${shown}\n`);
    }
    keepCounts(title, { seed, inputs: own, heapGrowthBytes: Math.round(growth), violations: 0 });
    expect(growth).toBeLessThan(MAX_GROWTH_BYTES);
  }

  const timeLimitMs = 60_000 + inputs * 60;

  it.each<[string, number, () => fc.Arbitrary<string>, (input: string) => Promise<string | null>]>([
    ['operations with hostile values, by POST and by GET', 0.4, () => requests(parameters), ask],
    ['headers, bodies and bytes that are anything, over HTTP', 0.25, () => oddRequests(parameters), ask],
    ['messages over WebSocket', 0.2, () => conversations(parameters), talk],
    ['frames and bytes that are anything, over WebSocket', 0.15, () => oddFrames(), talk],
  ])('%s', (title, share, texts, findFault) => send(title, share, texts(), findFault), timeLimitMs);

  it('nothing is left of it', async () => {
    if (path === undefined) expect(sent).toBeGreaterThanOrEqual(inputs);
    const names = [
      'amicus_connections',
      'amicus_websocket_connections',
      'amicus_subscriptions',
      'amicus_listening_users',
      'amicus_hub_waiting_users',
    ];
    // Closed sockets take a turn or two to be counted out.
    for (;;) {
      const now = await readGauges(server.url);
      if (names.every((name) => (now.get(name) ?? NaN) <= (before.get(name) ?? NaN))) break;
    }
  });
});
