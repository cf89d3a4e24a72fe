import type { App, AppEvent, AppStream } from './support/apps/app';
import { type AppStage, describeApps } from './support/apps/describe-apps';
import { createUsers, toIDs } from './support/people';
import { ADMIN } from './support/server';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';
const ADD = 'mutation ($id: ID!) { addFriend(input: { userID: $id, addType: SINGLE }) { resultCode } }';
const REMOVE =
  'mutation ($ids: [ID!]!) { deleteFromFriendList(userIDs: $ids, deleteType: SINGLE) { resultCode } }';
const FRIENDS = '{ friendList(first: 500) { nodes { userID } } }';

const toSeqs = (events: readonly AppEvent[]): number[] => events.map(({ seq }) => seq);
const fromTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

async function loadPosition(app: App): Promise<string> {
  return (await app.query<{ friendshipEventPosition: string }>('{ friendshipEventPosition }'))
    .friendshipEventPosition;
}

async function rename(app: App, ...nicks: string[]): Promise<void> {
  for (const nick of nicks) await app.mutate(SET_NICK, { nick });
}

/** What comes up to a cursor. Events only: what opens the stream anew after a break is left out. */
async function takeUpTo(stream: AppStream, cursor: string): Promise<AppEvent[]> {
  const events: AppEvent[] = [];
  for (;;) {
    const event = await stream.next();
    if (event.__typename !== 'StreamOpened') events.push(event);
    if (event.cursor === cursor) return events;
  }
}

describeApps('what is promised of live events is kept', (getStage) => {
  let stage: AppStage;
  beforeEach(() => (stage = getStage()));

  it('durable: every acknowledged change is in the stream after a restart, and nothing else', async () => {
    const app = await stage.open('dora');
    const start = await loadPosition(app);
    await rename(app, 'one', 'two', 'three');
    await app.mutate(SET_NICK, { nick: 'x'.repeat(501) }).catch(() => undefined);
    await stage.restart();
    const stream = (await stage.open('dora')).listen(start);
    expect(await stream.next()).toMatchObject({ __typename: 'StreamOpened', cursor: start, recovered: true });
    expect(toSeqs(await stream.take(3))).toEqual([1, 2, 3]);
    await rename(app, 'last');
    expect(await stream.next()).toMatchObject({ seq: 4 });
  });

  it('dense and in order, the same on every device', async () => {
    const apps = [await stage.open('otto'), await stage.open('otto')] as const;
    const start = await loadPosition(apps[0]);
    const streams = apps.map((app) => app.listen(start));
    await Promise.all(apps.map((app, by) => rename(app, ...fromTo(1, 20).map((nr) => `${nr} by ${by}`))));
    const head = await loadPosition(apps[0]);
    const [first = [], second] = await Promise.all(streams.map((stream) => takeUpTo(stream, head)));
    expect(toSeqs(first)).toEqual(fromTo(1, 40));
    expect(second?.map(({ cursor }) => cursor)).toEqual(first.map(({ cursor }) => cursor));
  });

  it('resumable: after a break of the network the library goes on where it was, by itself', async () => {
    const [app, writer] = [await stage.open('rita'), await stage.open('rita')];
    const start = await loadPosition(app);
    const stream = app.listen(start);
    const received: AppEvent[] = [];
    for (let round = 0; round < 3; round++) {
      await rename(writer, `before ${round}`);
      received.push(...(await takeUpTo(stream, await loadPosition(writer))));
      stage.cable.unplug();
      await stage.server.call('rita', SET_NICK, { nick: `during ${round}` });
      stage.cable.plug();
      expect(await stream.next()).toMatchObject({
        __typename: 'StreamOpened',
        cursor: received.at(-1)?.cursor,
        recovered: true,
      });
      received.push(await stream.next());
    }
    expect(toSeqs(received)).toEqual(fromTo(1, 6));
  });

  it('resumable: a restart of the server is a break like any other', async () => {
    const app = await stage.open('rosa');
    const stream = app.listen(null);
    const opened = await stream.next();
    await stage.server.call('rosa', SET_NICK, { nick: 'seen' });
    const seen = await stream.next();
    await stage.restart();
    await stage.server.call('rosa', SET_NICK, { nick: 'after' });
    expect(app.closeCodes[0]).toBe(1001);
    expect(await stream.next()).toMatchObject({ __typename: 'StreamOpened', cursor: seen.cursor });
    expect(await stream.next()).toMatchObject({ seq: opened.seq + 2 });
  });

  it('resumable: a stream that began anew meanwhile is told, and nothing of it comes as if it went on', async () => {
    const app = await stage.open('nora');
    const stream = app.listen(await loadPosition(app));
    await rename(app, 'one', 'two');
    await takeUpTo(stream, await loadPosition(app));
    stage.cable.unplug();
    await stage.server.call(ADMIN, 'mutation { deleteUsers(userIDs: ["nora"]) { code } }');
    await stage.server.call('nora', SET_NICK, { nick: 'anew' });
    stage.cable.plug();
    expect(await stream.next()).toMatchObject({ recovered: false, reason: 'OTHER_EPOCH' });
    const head = await loadPosition(app);
    await rename(app, 'live');
    const live = await stream.next();
    expect(live).toMatchObject({ __typename: 'SelfInfoUpdated' });
    expect(toSeqs((await takeRest(app, head)).slice(0, 1))).toEqual([live.seq]);
  });

  /** What a fresh subscription gives behind a cursor. */
  async function takeRest(app: App, after: string): Promise<AppEvent[]> {
    const stream = (await stage.open('nora')).listen(after);
    await stream.next();
    return takeUpTo(stream, await loadPosition(app));
  }

  it('a stream that ends with its user gives each event once, and then says so', async () => {
    const app = await stage.open('emil');
    const stream = app.listen(await loadPosition(app));
    await rename(app, 'one', 'two');
    expect(toSeqs(await stream.take(3))).toEqual([0, 1, 2]);
    await stage.server.call(ADMIN, 'mutation { deleteUsers(userIDs: ["emil"]) { code } }');
    await expect(stream.next()).rejects.toThrow('complete');
  });

  it('position first: lists and stream meet, while others write at full speed', async () => {
    const app = await stage.open('petra');
    const peers = toIDs(8, 'peer');
    await createUsers(stage.server, peers, { allowType: 'ALLOW_ANY' });
    await loadPosition(app);
    let hasEnded = false;
    const writing = peers.map(async (id) => {
      while (!hasEnded) {
        await stage.server.call('petra', ADD, { id });
        await stage.server.call('petra', REMOVE, { ids: [id] });
      }
      if (id !== peers[0]) await stage.server.call('petra', ADD, { id });
    });
    const copies: { stream: AppStream; friends: Set<string> }[] = [];
    for (let round = 0; round < 5; round++) {
      const joined = await stage.open('petra');
      const position = await loadPosition(joined);
      const { friendList } = await joined.query<{ friendList: { nodes: { userID: string }[] } }>(FRIENDS);
      const friends = new Set(friendList.nodes.map(({ userID }) => userID));
      copies.push({ stream: joined.listen(position), friends });
    }
    hasEnded = true;
    await Promise.all(writing);
    const head = await loadPosition(app);
    for (const { stream, friends } of copies) {
      for (const event of await takeUpTo(stream, head)) apply(friends, event);
      expect([...friends].sort()).toEqual(peers.slice(1));
    }
  });

  function apply(friends: Set<string>, { friends: added = [], userIDs: deleted = [] }: AppEvent): void {
    for (const { userID } of added) friends.add(userID);
    for (const userID of deleted) friends.delete(userID);
  }
});
