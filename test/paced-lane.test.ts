import { PacedLane } from '../src/transport/paced-lane';

describe('work that is dear', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  const create = (more: Partial<ConstructorParameters<typeof PacedLane>[0]> = {}): PacedLane =>
    new PacedLane({
      share: 1 / 10,
      burstMs: 20,
      maxDebtMs: 1_000,
      turnMs: 10,
      maxWaitingOfKey: 10,
      maxWaiting: 100,
      maxWaitMs: 60_000,
      ...more,
    });

  /** Asks for turns of these keys, and gives the list of those that have come or were refused. */
  function ask(lane: PacedLane, keys: readonly string[]): string[] {
    const answers: string[] = [];
    for (const key of keys)
      void lane.turn(key).then((isTurn) => answers.push(isTurn ? key : `no room for ${key}`));
    return answers;
  }

  it('is done at once while there is little of it', async () => {
    const lane = create();
    expect(lane.isBusy).toBe(false);
    const answers = ask(lane, ['ann', 'ann']);
    await jest.advanceTimersByTimeAsync(0);
    expect(answers).toEqual(['ann', 'ann']);
    // What was taken is within the burst; more is not.
    expect(lane.isBusy).toBe(false);
    lane.spend(1);
    expect(lane.isBusy).toBe(true);
    await jest.advanceTimersByTimeAsync(10);
    expect(lane.isBusy).toBe(false);
    expect([lane.paced, lane.length]).toEqual([0, 0]);
  });

  it('takes its share in the long run, and what a turn takes beyond the least counts too', async () => {
    const lane = create();
    lane.spend(120);
    const answers = ask(lane, ['ann', 'ann', 'ann']);
    await jest.advanceTimersByTimeAsync(999);
    expect([answers, lane.length, lane.paced]).toEqual([[], 3, 3]);
    await jest.advanceTimersByTimeAsync(1);
    expect(answers).toEqual(['ann']);
    lane.spend(40);
    await jest.advanceTimersByTimeAsync(499);
    expect(answers).toEqual(['ann']);
    await jest.advanceTimersByTimeAsync(1 + 100);
    expect([answers, lane.length]).toEqual([['ann', 'ann', 'ann'], 0]);
  });

  it('comes in turns of those who wait, however much one of them asks for', async () => {
    const lane = create();
    lane.spend(21);
    const answers = ask(lane, ['ann', 'ann', 'ann', 'ann', 'bob', 'cho', 'bob']);
    await jest.runAllTimersAsync();
    expect(answers).toEqual(['ann', 'bob', 'cho', 'ann', 'bob', 'ann', 'ann']);
  });

  it('finds so much room to wait for each key and for all, and there is room again', async () => {
    const lane = create({ maxWaitingOfKey: 2, maxWaiting: 3 });
    lane.spend(21);
    const answers = ask(lane, ['ann', 'ann', 'ann', 'bob', 'bob']);
    await jest.advanceTimersByTimeAsync(0);
    expect(answers).toEqual(['no room for ann', 'no room for bob']);
    await jest.runAllTimersAsync();
    expect(answers.slice(2)).toEqual(['ann', 'bob', 'ann']);
    expect([lane.paced, lane.length]).toEqual([5, 0]);
    lane.spend(21);
    const later = ask(lane, ['bob']);
    await jest.runAllTimersAsync();
    expect(later).toEqual(['bob']);
  });

  it('comes in time, whatever those take who do not wait', async () => {
    const lane = create({ maxDebtMs: 50 });
    const flood = setInterval(() => {
      lane.spend(1_000);
    }, 10);
    await jest.advanceTimersByTimeAsync(10);
    const answers = ask(lane, ['ann', 'bob']);
    await jest.advanceTimersByTimeAsync(499);
    expect(answers).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(answers).toEqual(['ann']);
    await jest.advanceTimersByTimeAsync(600);
    expect(answers).toEqual(['ann', 'bob']);
    clearInterval(flood);
  });

  it('comes in that time from when somebody began to wait, or from the turn before, and no sooner', async () => {
    const lane = create({ maxDebtMs: 50 });
    // Nobody has waited for long.
    await jest.advanceTimersByTimeAsync(100_000);
    lane.spend(21);
    const answers = ask(lane, ['ann', 'bob']);
    lane.spend(1_000);
    await jest.advanceTimersByTimeAsync(499);
    expect(answers).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(answers).toEqual(['ann']);
    lane.spend(1_000);
    await jest.advanceTimersByTimeAsync(499);
    expect(answers).toEqual(['ann']);
    await jest.advanceTimersByTimeAsync(1);
    expect(answers).toEqual(['ann', 'bob']);
  });

  it('is not done for who has gone, which takes no turn, and no room where that is wanted', async () => {
    const lane = create({ maxWaitingOfKey: 2 });
    lane.spend(21);
    let isGone = false;
    const first = [lane.turn('ann', { isGone: () => isGone }), lane.turn('ann', { isGone: () => isGone })];
    expect(await lane.turn('ann')).toBe(false);
    isGone = true;
    const answers = ask(lane, ['ann']);
    expect(await Promise.all(first)).toEqual([false, false]);
    await jest.advanceTimersByTimeAsync(10);
    expect(answers).toEqual(['ann']);
    const gone = lane.turn('bob', { isGone: () => true });
    const behind = ask(lane, ['cho']);
    await jest.runAllTimersAsync();
    expect([await gone, behind]).toEqual([false, ['cho']]);
  });

  it('ends when all ends', async () => {
    const lane = create();
    lane.spend(21);
    const answers = ask(lane, ['ann', 'bob']);
    lane.stop();
    await jest.advanceTimersByTimeAsync(0);
    expect([answers, lane.length]).toEqual([['no room for ann', 'no room for bob'], 0]);
  });

  it('may take more in a turn, which is asked when that comes', async () => {
    const lane = create();
    lane.spend(21);
    let turnMs = 10;
    void lane.turn('ann', { findTurnMs: () => turnMs });
    turnMs = 50;
    const answers = ask(lane, ['bob']);
    await jest.advanceTimersByTimeAsync(10 + 499);
    expect(answers).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(answers).toEqual(['bob']);
  });

  it('waits for so long and no longer; who comes behind is not held up by those who have gone', async () => {
    const lane = create({ maxWaitMs: 1_000 });
    lane.spend(120.1);
    const answers = ask(lane, ['ann', 'bob']);
    await jest.advanceTimersByTimeAsync(999);
    const late = ask(lane, ['cho']);
    await jest.advanceTimersByTimeAsync(1);
    expect(answers).toEqual(['no room for ann', 'no room for bob']);
    await jest.advanceTimersByTimeAsync(1);
    expect(late).toEqual(['cho']);
  });
});
