import { isOfJob } from './support/fanout-gate';
import { FanoutStage } from './support/fanout-stage';
import { TestListener } from './support/listener';
import { toIDs } from './support/people';
import { describeOnStores } from './support/stores';

/** More than one batch of the job. */
const OWNERS = 3_100;

describeOnStores('telling the owners of a changed profile', (store) => {
  const owners = toIDs(OWNERS, 'owner');
  /** The first and the last in the order of the job, and some between. */
  const sample = owners.filter((_, index) => index % 310 === 0 || index === OWNERS - 1);
  let stage: FanoutStage;

  beforeAll(async () => {
    stage = await FanoutStage.set(store, [
      ...owners.map((owner) => [owner, 'star'] as const),
      ['fan-a', 'a-small'],
      ['fan-z', 'z-small'],
    ]);
  });
  afterEach(() => stage.finish());
  afterAll(() => stage.strike());

  const listenAll = async (userIDs: readonly string[]): Promise<TestListener[]> =>
    Promise.all(userIDs.map(async (userID) => (await TestListener.open(stage.server, userID)).listener));

  async function countDrained(listener: TestListener): Promise<number> {
    const events = await listener.drain();
    expect(events.every(({ type }) => type === 'FRIEND_INFO_CHANGED')).toBe(true);
    return events.length;
  }

  const stopAll = (listeners: readonly TestListener[]): Promise<unknown> =>
    Promise.all(listeners.map((listener) => listener.stop()));

  it('costs the change itself the same statements with no owner as with thousands', async () => {
    await Promise.all(['nobody', 'star'].map((userID) => stage.server.call(userID, '{ me { id } }')));
    const record = async (userID: string): Promise<string[]> => {
      await stage.finish();
      // The job gets no further than its first look.
      void stage.gate.closeAfter(0);
      stage.server.statements.length = 0;
      await stage.change(userID);
      return stage.server.statements.filter((sql) => !isInBackground(sql));
    };
    const ofStar = await record('star');
    expect(ofStar.join()).toContain('INSERT INTO profile_fanout');
    expect(ofStar).toEqual(await record('nobody'));
  });

  it('changes that wait together are one event', async () => {
    const listeners = await listenAll(sample);
    const refused = stage.gate.closeAfter(0);
    await stage.change('star');
    await refused;
    await stage.change('star');
    await stage.change('star');
    expect(await Promise.all(listeners.map(countDrained))).toEqual(sample.map(() => 0));
    await stage.finish();
    for (const listener of listeners) expect((await listener.next()).type).toBe('FRIEND_INFO_CHANGED');
    expect(await Promise.all(listeners.map(countDrained))).toEqual(sample.map(() => 0));
    await stopAll(listeners);
  });

  it('a change in the middle of a round reaches every owner, and nobody hears more than twice', async () => {
    const listeners = await listenAll(sample);
    const before = sample.map(() => 0);
    for (let statements = 1; !before.includes(1); statements++) {
      const refused = stage.gate.closeAfter(statements);
      await stage.change(statements === 1 ? 'star' : 'nobody');
      await refused;
      const heard = await Promise.all(listeners.map(countDrained));
      for (const [index, count] of heard.entries()) before[index] = (before[index] ?? 0) + count;
    }
    // Otherwise this is not the middle.
    expect(new Set(before)).toEqual(new Set([0, 1]));
    await stage.change('star');
    await stage.finish();
    for (const listener of listeners) expect((await listener.next()).type).toBe('FRIEND_INFO_CHANGED');
    expect(await Promise.all(listeners.map(countDrained))).toEqual(sample.map(() => 0));
    await stopAll(listeners);
  });

  it('users with one owner do not wait for one with thousands', async () => {
    const [ofSmall, ofStar] = [await listenAll(['fan-a', 'fan-z']), await listenAll(sample)];
    const refused = stage.gate.closeAfter(0);
    await stage.change('star');
    await refused;
    // One before and one behind the other in any order by their ids.
    await stage.change('a-small');
    await stage.change('z-small');
    await stage.finish();
    const toMoment = async (listener: TestListener): Promise<string> =>
      String((await listener.next())['occurredAt']);
    const lastOfStar = (await Promise.all(ofStar.map(toMoment))).sort().at(-1) ?? '';
    for (const listener of ofSmall) expect((await toMoment(listener)) < lastOfStar).toBe(true);
    await stopAll([...ofSmall, ...ofStar]);
  });
});

/** Of the job, or of what trims old streams: it alone looks at where they begin. */
function isInBackground(sql: string): boolean {
  return isOfJob(sql) || sql.includes('floor') || /^(BEGIN|COMMIT|ROLLBACK)/.test(sql);
}
