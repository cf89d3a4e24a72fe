import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getOperationAST, OperationTypeNode, parse, validate } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { createSchema } from '../src/graphql/schema';
import { Cable } from './support/cable';
import { type Block, readDocument, toBlocks } from './support/markdown';
import { ADMIN, TestServer } from './support/server';
import { Terminal } from './support/terminal';

const pages = readdirSync(join(__dirname, '../docs')).map((name) => `docs/${name}`);
const toPageBlocks = (page: string): Block[] => toBlocks(readDocument(page));

test('the pages have no block that nothing here runs', () => {
  const languages = new Set(pages.flatMap(toPageBlocks).map(({ language }) => language));
  expect([...languages].sort()).toEqual(['graphql', 'js', 'json', 'text']);
});

test('the pages link to what is there', () => {
  const links = pages.flatMap((page) => [...readDocument(page).matchAll(/\]\(([^)#:]+)\)/g)]);
  expect(links.length).toBeGreaterThan(3);
  for (const [, link = ''] of links) expect(readDocument(join('docs', link))).not.toBe('');
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
    const connectionParams = await server.headers({ userID: caller });
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

  it.each([
    ['graphql-ws', programs[0], shown],
    // The same, but it does not tell that the connection is lost.
    ['Apollo Client', programs[1], shown.filter((line) => line.startsWith('friends:'))],
    ['urql', programs[2], shown.filter((line) => line.startsWith('friends:'))],
  ])(
    'keep the list right, after a break and a new beginning too: %s',
    async (_name, program = '', expected) => {
      const server = await TestServer.start();
      const cable = await Cable.lay(Number(new URL(server.url).port));
      const terminal = new Terminal({ TOKEN: await server.token('alice') });
      const untilShown = (count: number): Promise<void> =>
        terminal.until(() => terminal.lines.filter((line) => line.startsWith('friends:')).length >= count);
      const befriend = (userID: string): Promise<unknown> =>
        server.call(userID, 'mutation { addFriend(input: { userID: "alice" }) { code } }');
      try {
        await server.call('alice', 'mutation { setSelfInfo(input: { allowType: ALLOW_ANY }) { id } }');
        const pasted = program.replaceAll('127.0.0.1:4000', cable.address);
        await terminal.run(`node --input-type=module - <<'PROGRAM'\n${pasted}PROGRAM`);
        await untilShown(1);
        await befriend('bob');
        await untilShown(2);
        cable.cut();
        await befriend('carol');
        await untilShown(3);
        await server.call(ADMIN, 'mutation { deleteUsers(userIDs: ["alice"]) { code } }');
        await untilShown(4);
        expect(terminal.lines).toEqual(expected);
      } finally {
        await terminal.close();
        await cable.remove();
        await server.stop();
      }
    },
  );
});
