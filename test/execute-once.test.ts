import { TestListener } from './support/listener';
import { ADMIN, TestServer } from './support/server';
import { describeOnStores } from './support/stores';

const IMPORT_USERS = 'mutation ($users: [ImportUserInput!]!) { importUsers(users: $users) { code } }';
const IMPORT_STAR = `mutation ($id: ID!, $remark: String!, $field: String!, $groups: [String!]) {
  importFriends(userID: $id, friends: [{ userID: "star", friendRemark: $remark, friendGroups: $groups,
    friendCustomInfo: [{ key: "pet", value: $field }, { key: "toy", value: "ball" }] }]) { resultCode } }`;
const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';

const EVERYTHING = `subscription ($after: String) { friendshipEvents(after: $after) {
  __typename seq again: seq cursor type occurredAt
  ... on SelfInfoUpdated { user { nickName } }
  ... on FriendInfoChanged { friends {
    id userID friendRemark friendAddTime addSource addWording friendGroups
    friendCustomInfo { value name: key __typename }
    user { id nickName customInfo { key value } } } } } }`;
/** Has no value of a custom field to tell it by: each viewer's must be executed by itself. */
const UNSHAREABLE = `subscription ($after: String) { friendshipEvents(after: $after) {
  __typename seq cursor type
  ... on FriendInfoChanged { friends { friendCustomInfo { __typename } user { nickName } } } } }`;
/** Text that would break a template that looked for what it is to replace. */
const NASTY = '"},{"seq":-1,"$&"\\ \u2028 👩‍👩‍👧';

describeOnStores('a change that many are told of', (store) => {
  let server: TestServer;
  const owners = Array.from({ length: 200 }, (_, index) => `owner${String(index)}`);
  beforeAll(async () => {
    server = await TestServer.start({ store });
    await server.call('star', '{ me { id } }');
    for (const half of [owners.slice(0, 100), owners.slice(100)]) {
      await server.call(ADMIN, IMPORT_USERS, { users: half.map((userID) => ({ userID })) });
      await Promise.all(
        half.map((id, index) =>
          server.call(ADMIN, IMPORT_STAR, {
            id,
            remark: `${id} ${NASTY}`,
            field: `of ${id}`,
            groups: index % 3 === 0 ? ['all', 'thirds'] : [],
          }),
        ),
      );
    }
  });
  afterAll(() => server.stop());

  const listen = (document: string, who = owners): Promise<TestListener[]> =>
    Promise.all(who.map(async (owner) => (await TestListener.open(server, owner, { document })).listener));

  it('is executed once, and reads the profile, the entries and the groups once each', async () => {
    const listeners = await listen(EVERYTHING);
    server.statements.length = 0;
    const before = server.executions;
    await server.call('star', SET_NICK, { nick: 'Nova' });
    await Promise.all(listeners.map((listener) => listener.next()));
    expect(server.executions - before).toBe(1);
    const reads = (...texts: string[]): number =>
      server.statements.filter((sql) => texts.some((text) => sql.includes(text))).length;
    // One for the change; the slow timer may add one of its own.
    expect(reads('JOIN event ')).toBeLessThanOrEqual(2);
    expect(reads('f.owner_id IN ', 'f.owner_id = ANY ')).toBe(1);
    expect(reads('FROM friend_group_member')).toBe(1);
    // The job's change itself reads it too.
    const ofProfile = reads('FROM "user" WHERE id IN ', 'FROM "user" WHERE id = ANY ');
    expect(ofProfile).toBeGreaterThan(0);
    expect(ofProfile).toBeLessThanOrEqual(2);
    await Promise.all(listeners.map((listener) => listener.stop()));
  });

  it('shows each viewer what executing for that viewer alone shows', async () => {
    const listeners = await listen(EVERYTHING);
    await server.call('star', SET_NICK, { nick: NASTY });
    const shared = await Promise.all(listeners.map((listener) => listener.next()));
    await Promise.all(listeners.map((listener) => listener.stop()));
    for (const [index, owner] of owners.entries()) {
      const event = shared[index];
      // History is delivered to one subscription at a time, and so executed for it alone.
      const { opened, listener: probe } = await TestListener.open(server, owner);
      await probe.stop();
      expect(opened.cursor).toBe(event?.cursor);
      if (index % 20 > 0) continue;
      const after = Buffer.from(opened.cursor, 'base64url')
        .toString()
        .replace(/ (\d+) /, (_, seq) => ` ${String(Number(seq) - 1)} `);
      const { listener } = await TestListener.open(server, owner, {
        document: EVERYTHING,
        after: Buffer.from(after).toString('base64url'),
      });
      expect(await listener.next()).toEqual(event);
      await listener.stop();
    }
    expect(shared[3]).toMatchObject({
      friends: [
        {
          id: 'friend owner3 star',
          friendRemark: `owner3 ${NASTY}`,
          friendGroups: ['all', 'thirds'],
          friendCustomInfo: [
            { value: 'of owner3', name: 'pet', __typename: 'CustomField' },
            { value: 'ball', name: 'toy', __typename: 'CustomField' },
          ],
          user: { nickName: NASTY },
        },
      ],
    });
    expect(shared[4]).toMatchObject({ friends: [{ friendGroups: [] }] });
  });

  it('is executed once for each form in which it is shown', async () => {
    const some = owners.slice(0, 20);
    const other = EVERYTHING.replace('again: seq', '');
    const listeners = [...(await listen(EVERYTHING, some)), ...(await listen(other, some))];
    const before = server.executions;
    await server.call('star', SET_NICK, { nick: 'Comet' });
    await Promise.all(listeners.map((listener) => listener.next()));
    expect(server.executions - before).toBe(2);
    await Promise.all(listeners.map((listener) => listener.stop()));
  });

  it('is executed once however the clients came back, also where a fragment holds what they listen to', async () => {
    const inFragment = EVERYTHING.replace(
      '{ friendshipEvents',
      '{ ...All } fragment All on Subscription { friendshipEvents',
    );
    for (const [index, document] of [EVERYTHING, inFragment].entries()) {
      const listeners = await Promise.all(
        owners.slice(0, 20).map(async (owner) => {
          const { opened, listener: before } = await TestListener.open(server, owner, { document });
          await before.stop();
          return (await TestListener.open(server, owner, { document, after: opened.cursor })).listener;
        }),
      );
      const before = server.executions;
      await server.call('star', SET_NICK, { nick: `Quasar ${String(index)}` });
      await Promise.all(listeners.map((listener) => listener.next()));
      expect(server.executions - before).toBe(1);
      await Promise.all(listeners.map((listener) => listener.stop()));
    }
  });

  it('is executed for each viewer where nothing else is right', async () => {
    const listeners = await listen(UNSHAREABLE, owners.slice(0, 5));
    await server.call('star', SET_NICK, { nick: 'Dust' });
    for (const event of await Promise.all(listeners.map((listener) => listener.next()))) {
      expect(event).toMatchObject({
        friends: [{ friendCustomInfo: [{ __typename: 'CustomField' }, { __typename: 'CustomField' }] }],
      });
    }
    await Promise.all(listeners.map((listener) => listener.stop()));
  });

  it('comes as often as it happened, each with its own number, also within one moment', async () => {
    const listeners = await listen(EVERYTHING, owners.slice(0, 10));
    await Promise.all(['a', 'b', 'c', 'd'].map((nick) => server.call('star', SET_NICK, { nick })));
    for (const listener of listeners) {
      const first = await listener.next();
      const rest = await listener.drain();
      const seqs = [first, ...rest].map((event) => event.seq);
      expect(seqs).toEqual(seqs.map((_, index) => first.seq + index));
    }
    await Promise.all(listeners.map((listener) => listener.stop()));
  });
});
