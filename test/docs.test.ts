import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getOperationAST, OperationTypeNode, parse, validate } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { createSchema } from '../src/graphql/schema';
import { Cable } from './support/cable';
import { Devices } from './support/devices';
import { enterByHttp } from './support/doors';
import { type Block, readDocument, toBlocks } from './support/markdown';
import { act, addFriend, createUsers, toIDs } from './support/people';
import { ADMIN, TestServer } from './support/server';
import { Terminal } from './support/terminal';

const pages = readdirSync(join(__dirname, '../docs')).map((name) => `docs/${name}`);
const toPageBlocks = (page: string): Block[] => toBlocks(readDocument(page));

test('the pages have no block that nothing here runs', () => {
  const languages = new Set(pages.flatMap(toPageBlocks).map(({ language }) => language));
  expect([...languages].sort()).toEqual(['graphql', 'js', 'json', 'sql', 'text']);
});

test('the pages link to what is there', () => {
  const links = pages.flatMap((page) => [...readDocument(page).matchAll(/\]\(([^)#:]+)\)/g)]);
  expect(links.length).toBeGreaterThan(3);
  for (const [, link = ''] of links) expect(readDocument(join('docs', link))).not.toBe('');
});

test('the program of docs/security.md makes a token that a server takes', async () => {
  const secret = 'a secret of at least thirty-two bytes';
  const [program, ...others] = toPageBlocks('docs/security.md').filter(({ language }) => language === 'js');
  expect(others).toEqual([]);
  const token = execFileSync(process.execPath, ['--input-type=module', '-e', program?.text ?? ''], {
    cwd: join(__dirname, '..'),
    env: { PATH: process.env['PATH'], AMICUS_JWT_SECRET: secret },
    encoding: 'utf8',
  }).trim();
  const server = await TestServer.start({ config: { jwtSecret: secret } });
  expect(await enterByHttp(server, token)).toBe('ann');
  await server.stop();
});

describe.each(['docs/rules.md', 'docs/events.md'])('the operations of %s', (page) => {
  const schema = createSchema([]);
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  /** The first event of a subscription. */
  async function listen(caller: string, query: string): Promise<unknown> {
    const connectionParams = await server.headers(caller);
    const client = createClient({ url: server.wsUrl, webSocketImpl: WebSocket, connectionParams });
    const first = await client.iterate({ query }).next();
    await client.dispose();
    return first.value;
  }

  it('fit the schema, run in their order, and answer what is shown', async () => {
    let ran = 0;
    let answer: unknown = null;
    for (const { language, label: caller, text } of toPageBlocks(page)) {
      if (language === 'json') expect(answer).toEqual({ caller, data: JSON.parse(text) as unknown });
      if (language !== 'graphql') continue;
      ran++;
      const document = parse(text);
      expect(validate(schema, document)).toEqual([]);
      if (getOperationAST(document)?.operation !== OperationTypeNode.SUBSCRIPTION) {
        answer = { caller, data: await server.call(caller, text) };
      } else {
        const opened = { __typename: 'StreamOpened', recovered: true };
        expect(await listen(caller, text)).toMatchObject({ data: { friendshipEvents: opened } });
      }
    }
    expect(ran).toBeGreaterThan(2);
  });
});

describe('the three steps of docs/events.md', () => {
  const [position = '', lists = '', events = ''] = toPageBlocks('docs/events.md')
    .filter(({ language }) => language === 'graphql')
    .map(({ text }) => text);
  let server: TestServer;
  const devices = new Devices(() => server);
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterEach(() => devices.stopAll());
  afterAll(() => server.stop());

  interface Request {
    userID: string;
    type: string;
    readAt?: string | null;
  }
  interface StepLists {
    friendApplicationList: { nodes: Request[] };
    blockList: { nodes: { userID: string }[] };
  }

  it('read more requests and blocked users than a page has when nothing is said', async () => {
    const [asking, blocked] = [toIDs(60, 'a'), toIDs(60, 'b')];
    await createUsers(server, ['ann', ...asking, ...blocked]);
    for (const userID of asking) await addFriend(server, userID, { userID: 'ann' });
    await act(server, 'ann', `addToBlockList(userIDs: ${JSON.stringify(blocked)})`);
    const { friendApplicationList, blockList } = await server.call<StepLists>('ann', lists);
    expect(friendApplicationList.nodes.map(({ userID }) => userID).sort()).toEqual(asking);
    expect(blockList.nodes.map(({ userID }) => userID).sort()).toEqual(blocked);
  });

  it('tell how many requests are unread, whatever came before the lists were read', async () => {
    await createUsers(server, ['eve', 'x', 'y', 'z']);
    await addFriend(server, 'x', { userID: 'eve' });
    const { friendshipEventPosition: after } = await server.call<{ friendshipEventPosition: string }>(
      'eve',
      position,
    );
    await server.call('eve', 'mutation { setFriendApplicationRead }');
    await addFriend(server, 'y', { userID: 'eve' });
    const { friendApplicationList } = await server.call<StepLists>('eve', lists);
    const copy = new Map(friendApplicationList.nodes.map((request) => [request.userID, request]));
    await addFriend(server, 'x', { userID: 'eve', addWording: 'again' });
    await addFriend(server, 'z', { userID: 'eve' });
    const device = await devices.open('eve', { after, document: events });
    for (const event of await device.takeAll()) {
      for (const request of (event['applications'] ?? []) as Request[]) copy.set(request.userID, request);
      for (const userID of (event['userIDs'] ?? []) as string[])
        copy.set(userID, { userID, type: 'COME_IN', readAt: 'now' });
    }
    const unread = [...copy.values()].filter(({ type, readAt }) => type === 'COME_IN' && readAt === null);
    expect(unread.map(({ userID }) => userID).sort()).toEqual(['x', 'y', 'z']);
    expect(await server.call('eve', '{ friendApplicationList { unreadCount } }')).toEqual({
      friendApplicationList: { unreadCount: unread.length },
    });
  });
});

describe('the programs of docs/events.md', () => {
  const blocks = toPageBlocks('docs/events.md');
  const programs = blocks.filter(({ language }) => language === 'js').map(({ text }) => text);
  const shown =
    blocks
      .find(({ language }) => language === 'text')
      ?.text.trimEnd()
      .split('\n') ?? [];

  it('are one for each client library', () => {
    const libraries = ['graphql-ws', '@apollo/client', '@urql/core'];
    expect(programs.map((text) => libraries.findLast((name) => text.includes(`'${name}'`)))).toEqual(
      libraries,
    );
  });

  const isList = (line: string): boolean => line.startsWith('friends:');

  /** Runs a program of Alice, whom everybody may befriend, while things happen to its connection. */
  async function run(
    program: string,
    happen: (stage: {
      server: TestServer;
      cable: Cable;
      untilShown: (lists: number) => Promise<void>;
    }) => Promise<void>,
  ): Promise<string[]> {
    const server = await TestServer.start();
    const cable = await Cable.lay(Number(new URL(server.url).port));
    const terminal = new Terminal({ TOKEN: await server.token('alice') });
    const untilShown = (lists: number): Promise<void> =>
      terminal.until(() => terminal.lines.filter(isList).length >= lists);
    try {
      await server.call('alice', 'mutation { setSelfInfo(input: { allowType: ALLOW_ANY }) { id } }');
      const pasted = program.replaceAll('127.0.0.1:4000', cable.address);
      await terminal.run(`node --input-type=module - <<'PROGRAM'\n${pasted}PROGRAM`);
      await happen({ server, cable, untilShown });
      return terminal.lines;
    } finally {
      await terminal.close();
      await cable.remove();
      await server.stop();
    }
  }

  const befriend = (server: TestServer, userID: string): Promise<unknown> =>
    server.call(userID, 'mutation { addFriend(input: { userID: "alice" }) { code } }');

  it.each([
    ['graphql-ws', programs[0], shown],
    // The same, but it does not tell that the connection is lost.
    ['Apollo Client', programs[1], shown.filter(isList)],
    ['urql', programs[2], shown.filter(isList)],
  ])(
    'keep the list right, after a break and a new beginning too: %s',
    async (_name, program = '', expected) => {
      const lines = await run(program, async ({ server, cable, untilShown }) => {
        await untilShown(1);
        await befriend(server, 'bob');
        await untilShown(2);
        cable.cut();
        await befriend(server, 'carol');
        await untilShown(3);
        await server.call(ADMIN, 'mutation { deleteUsers(userIDs: ["alice"]) { code } }');
        await untilShown(4);
      });
      expect(lines).toEqual(expected);
    },
  );

  it.each([
    ['graphql-ws', programs[0]],
    ['Apollo Client', programs[1]],
    ['urql', programs[2]],
  ])('go on after the server could not be reached for a while: %s', async (_name, program = '') => {
    const lines = await run(program, async ({ server, cable, untilShown }) => {
      await untilShown(1);
      cable.unplug();
      await befriend(server, 'bob');
      await cable.nextAttempt();
      await cable.nextAttempt();
      cable.plug();
      await untilShown(2);
    });
    expect(lines.filter((line) => line !== 'the connection is lost')).toEqual(['friends:', 'friends: bob']);
  });
});
