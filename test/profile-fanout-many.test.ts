import { FanoutStage } from './support/fanout-stage';
import { TestListener, type ReceivedEvent } from './support/listener';
import { createUsers, toIDs } from './support/people';
import { describeOnStores } from './support/stores';

/** A batch for each. */
const JOBS = 300;

describeOnStores('the jobs of many users', (store) => {
  const friends = toIDs(JOBS, 'friend');
  let stage: FanoutStage;
  beforeAll(async () => {
    stage = await FanoutStage.set(
      store,
      friends.map((friend) => [friend, 'ann']),
    );
  });
  afterAll(() => stage.strike());

  it('leave others their turn: who changes something meanwhile does not wait until all are told', async () => {
    const { listener: ann } = await TestListener.open(stage.server, 'ann');
    const { listener: nobody } = await TestListener.open(stage.server, 'nobody');
    const refused = stage.gate.closeAfter(0);
    await createUsers(stage.server, friends, { nickName: 'anew' });
    await refused;
    // Goes on changing "nobody" until all are told.
    await stage.finish();
    const told = (await ann.take(JOBS)).map(toMoment);
    expect(await ann.drain()).toEqual([]);
    const [first = '', last = ''] = [told[0], told.at(-1)];
    const meanwhile = (await nobody.drain())
      .map(toMoment)
      .filter((moment) => moment > first && moment < last);
    expect(meanwhile.length).toBeGreaterThan(0);
    await Promise.all([ann.stop(), nobody.stop()]);
  });
});

const toMoment = (event: ReceivedEvent): string => String(event['occurredAt']);
