import { getNamedType, type GraphQLObjectType } from 'graphql';
import { createSchema } from '../src/graphql/schema';
import { defaultQueryLimits } from '../src/query-limits';
import { selectEverything, toAttempts, type Stolen } from './support/attempts';
import { addFriend, befriend, createUsers, importFriends } from './support/people';
import { RawSocket } from './support/raw-socket';
import { ADMIN, TestServer, type Caller, type GraphqlAnswer } from './support/server';
import { describeOnStores } from './support/stores';

const schema = createSchema([]);

/** In every private place of Alice's stands a text of this kind, and the ids of those in her lists look like it. */
const MARK = /HIDDEN[ \w]*|hidden-\w+/g;
const ALICE = { ...ADMIN, actAs: 'alice' };

type Kind = 'query' | 'mutation' | 'subscription';

interface Call {
  field: string;
  isAdminOnly: boolean;
  /** With every field that the answer has. */
  document: string;
}

const ROOTS: [Kind, GraphQLObjectType | null | undefined][] = [
  ['query', schema.getQueryType()],
  ['mutation', schema.getMutationType()],
  ['subscription', schema.getSubscriptionType()],
];

function toCalls(kind: Kind, stolen: Stolen): Call[] {
  const attempts = toAttempts(stolen);
  const type = ROOTS.find(([name]) => name === kind)?.[1];
  const fields = type?.getFields() ?? {};
  // In the order of the attempts: what would end a request or a friendship comes last.
  return Object.entries(attempts).flatMap(([name, { calls, isAdminOnly = false }]) => {
    const field = fields[name];
    if (field === undefined) return [];
    const selection = selectEverything(schema, getNamedType(field.type));
    return calls.map((args) => ({
      field: name,
      isAdminOnly,
      document: `${kind} { ${name}${args} ${selection} }`,
    }));
  });
}

const NOTHING: Stolen = { friends: 'x', applications: 'x', blocks: 'x', stream: 'x' };

test('every field of the schema is tried', () => {
  const fields = ROOTS.flatMap(([, type]) => Object.keys(type?.getFields() ?? {}));
  expect(Object.keys(toAttempts(NOTHING)).sort()).toEqual(fields.sort());
});

describeOnStores('what is a user’s own', (store) => {
  let server: TestServer;
  let stolen: Stolen;
  let calls: Record<Kind, Call[]>;
  const sockets: RawSocket[] = [];

  beforeAll(async () => {
    // The walk asks for more at once than an honest client.
    server = await TestServer.start({
      store,
      config: { queryLimits: { ...defaultQueryLimits, complexity: 1e9 } },
    });
    await befriend(server, 'friend', 'alice', 'hidden-friend');
    await createUsers(server, ['stranger', 'hidden-asked', 'hidden-asker', 'hidden-blocked'], {
      allowType: 'NEED_CONFIRM',
    });
    const { addWording, ...asked } = {
      userID: 'hidden-asked',
      addWording: 'HIDDEN wording',
      friendRemark: 'HIDDEN plan',
      friendGroup: 'HIDDEN later',
    };
    await addFriend(server, 'alice', { ...asked, addWording });
    await addFriend(server, 'hidden-asker', { userID: 'alice', addWording: 'HIDDEN plea' });
    for (const userID of ['hidden-friend', 'friend']) {
      const input = {
        userID,
        friendRemark: `HIDDEN remark`,
        friendCustomInfo: [{ key: 'note', value: 'HIDDEN value' }],
      };
      await server.call(
        'alice',
        'mutation ($input: SetFriendInfoInput!) { setFriendInfo(input: $input) { code } }',
        { input },
      );
    }
    await server.call(
      'alice',
      `mutation { createFriendGroup(name: "HIDDEN group", userIDs: ["hidden-friend", "friend"]) { code }
        addToBlockList(userIDs: ["hidden-blocked"]) { code } }`,
    );
    // They have something of their own, which is not to be taken for Alice's.
    await importFriends(server, 'stranger', [{ userID: 'friend', friendRemark: 'own' }]);
    stolen = await steal();
    calls = {
      query: toCalls('query', stolen),
      mutation: toCalls('mutation', stolen),
      subscription: toCalls('subscription', stolen),
    };
  });
  afterEach(async () => {
    await Promise.all(sockets.splice(0).map((socket) => socket.close()));
  });
  afterAll(() => server.stop());

  async function steal(): Promise<Stolen> {
    const page = 'pageInfo { endCursor }';
    const data = await server.call<
      { [key: string]: { pageInfo: { endCursor: string } } } & { stream: never }
    >(
      'alice',
      `{ friends: friendList(first: 1) { ${page} } applications: friendApplicationList(first: 1) { ${page} }
        blocks: blockList(first: 1) { ${page} } }`,
    );
    const { friendshipEventPosition: stream } = await server.call<{ friendshipEventPosition: string }>(
      'alice',
      '{ friendshipEventPosition }',
    );
    const cursor = (name: string): string => data[name]?.pageInfo.endCursor ?? '';
    return {
      friends: cursor('friends'),
      applications: cursor('applications'),
      blocks: cursor('blocks'),
      stream,
    };
  }

  /** The marks in the answer that the caller neither sent nor is. */
  function findLeaks({ document }: Call, userID: string, answer: unknown): string[] {
    const sent: readonly string[] = [...(document.match(MARK) ?? []), userID];
    return (JSON.stringify(answer).match(MARK) ?? []).filter((mark) => !sent.includes(mark));
  }

  /** Everything that Alice has, but what is between her and one other user. */
  async function readAlice(but: string): Promise<unknown> {
    const state: Record<string, unknown> = {};
    for (const [name, args] of [
      ['me', ''],
      ['friendList', '(first: 500)'],
      ['friendGroups', ''],
      ['friendApplicationList', '(first: 500)'],
      ['blockList', '(first: 500)'],
    ] as const) {
      const type = schema.getQueryType()?.getFields()[name]?.type;
      if (type === undefined) throw new Error(`There is no ${name}.`);
      Object.assign(
        state,
        await server.call(ALICE, `{ ${name}${args} ${selectEverything(schema, getNamedType(type))} }`),
      );
    }
    return JSON.parse(JSON.stringify(state), (key, value: unknown) => {
      if (/^(totalCount|unreadCount|friendCount|startCursor|endCursor)$/.test(key)) return undefined;
      return Array.isArray(value) ? value.filter((item) => !isAbout(item, but)) : value;
    });
  }

  async function openSocket(caller: Caller): Promise<RawSocket> {
    const socket = await RawSocket.initAs(server, caller);
    sockets.push(socket);
    return socket;
  }

  const codes = ({ errors = [] }: GraphqlAnswer<unknown>): unknown[] =>
    errors.map(({ extensions }) => extensions['code']);

  it('Alice reads all of it, and so does an administrator who acts for her', async () => {
    for (const caller of [{ userID: 'alice' }, ALICE]) {
      const seen = new Set<string>();
      for (const call of calls.query.filter(({ field }) => field !== 'usersInfo')) {
        for (const mark of JSON.stringify(await server.send(caller, call.document)).match(MARK) ?? [])
          seen.add(mark);
      }
      for (const mark of [
        'HIDDEN remark',
        'HIDDEN value',
        'HIDDEN group',
        'HIDDEN wording',
        'HIDDEN plea',
        'hidden-friend',
        'hidden-asked',
        'hidden-asker',
        'hidden-blocked',
      ]) {
        expect(seen).toContain(mark);
      }
    }
  });

  it('nobody gets anything without a token', async () => {
    for (const { document } of [...calls.query, ...calls.mutation]) {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-amicus-act-as': 'alice' },
        body: JSON.stringify({ query: document }),
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({
        errors: [expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED' } })],
      });
    }
    const socket = await RawSocket.open(server);
    sockets.push(socket);
    socket.send({ type: 'connection_init', payload: { 'x-amicus-act-as': 'alice' } });
    expect((await socket.closed).code).toBe(4403);
  });

  it.each(['stranger', 'friend'])(
    'a %s who claims to act for Alice is refused everything',
    async (userID) => {
      const caller = { userID, actAs: 'alice' };
      for (const { document } of [...calls.query, ...calls.mutation]) {
        const answer = await server.send(caller, document);
        expect(answer.data ?? null).toBeNull();
        expect(codes(answer)).toEqual(['FORBIDDEN']);
      }
      const socket = await RawSocket.open(server);
      sockets.push(socket);
      socket.send({ type: 'connection_init', payload: await server.headers(caller) });
      expect((await socket.closed).code).toBe(4403);
    },
  );

  it.each<[string, Caller]>([
    ['a stranger', { userID: 'stranger' }],
    ['a friend', { userID: 'friend' }],
    ['one whom she blocks', { userID: 'hidden-blocked' }],
    ['an administrator for himself', ADMIN],
    ['an administrator who acts for a friend', { ...ADMIN, actAs: 'friend' }],
  ])('%s reads nothing of it, over HTTP and WebSocket', async (_name, caller) => {
    const socket = await openSocket(caller);
    const isAdmin = caller.isAdmin === true;
    for (const call of calls.query.filter(({ isAdminOnly }) => !(isAdmin && isAdminOnly))) {
      const answer = await server.send(caller, call.document);
      expect({ call, leaks: findLeaks(call, caller.userID, answer) }).toEqual({ call, leaks: [] });
      socket.subscribe('1', call.document);
      const { payload } = await socket.next();
      expect({ call, leaks: findLeaks(call, caller.userID, payload) }).toEqual({ call, leaks: [] });
      for (const given of call.isAdminOnly ? [answer, payload] : [])
        expect(JSON.stringify(given)).toContain('"code":"FORBIDDEN"');
      await socket.drain();
    }
  });

  it.each([
    ['a stranger', { userID: 'stranger' }],
    ['a friend', { userID: 'friend' }],
    ['an administrator who acts for a friend', { ...ADMIN, actAs: 'friend' }],
  ])('%s hears nothing of it', async (_name, caller) => {
    const socket = await openSocket(caller);
    const answers: unknown[] = [];
    for (const [index, call] of calls.subscription.entries()) {
      socket.subscribe(String(index), call.document);
      const answer = await socket.next();
      answers.push(answer);
      // A place in her stream is none in theirs.
      const refusal = { errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }] };
      const opened = { data: { friendshipEvents: { recovered: true } } };
      expect(answer).toMatchObject({ payload: call.document.includes('after:') ? refusal : opened });
    }
    await server.call(
      'alice',
      `mutation { setFriendInfo(input: { userID: "friend", friendRemark: "HIDDEN change" }) { code }
        createFriendGroup(name: "HIDDEN circle", userIDs: ["friend"]) { code }
        deleteFriendGroups(names: ["HIDDEN circle"])
        again: setFriendInfo(input: { userID: "friend", friendRemark: "HIDDEN remark" }) { code } }`,
    );
    // Their own event, behind which nothing of the above can come.
    await server.call(caller, 'mutation { setSelfInfo(input: { nickName: "heard" }) { id } }');
    for (;;) {
      const message = await socket.next();
      answers.push(message);
      if (JSON.stringify(message).includes('"heard"')) break;
    }
    await server.call(caller, 'mutation { setSelfInfo(input: { nickName: "" }) { id } }');
    expect(JSON.stringify(answers).match(MARK)).toBeNull();
  });

  it.each(['stranger', 'friend'])(
    'a %s changes nothing of it but what is between the two',
    async (userID) => {
      const before = await readAlice(userID);
      expect(JSON.stringify(before)).toContain('HIDDEN remark');
      const socket = await openSocket({ userID });
      for (const call of calls.mutation) {
        const answer = await server.send(userID, call.document);
        socket.subscribe('1', call.document);
        const { payload } = await socket.next();
        await socket.drain();
        for (const given of [answer, payload]) {
          expect({ call, leaks: findLeaks(call, userID, given) }).toEqual({ call, leaks: [] });
          if (call.isAdminOnly) expect(JSON.stringify(given)).toContain('"code":"FORBIDDEN"');
          else expect(JSON.stringify(given)).not.toContain('INTERNAL_SERVER_ERROR');
        }
      }
      expect(await readAlice(userID)).toEqual(before);
    },
  );
});

/** Whether an entry of a list is about this user. */
function isAbout(item: unknown, userID: string): boolean {
  if (typeof item !== 'object' || item === null) return false;
  const { userID: own, node } = item as { userID?: unknown; node?: unknown };
  return own === userID || (node !== undefined && isAbout(node, userID));
}
