import { LinkKeeper } from '../src/events/bus-keeper';
import { HandLinks, hold } from './support/hand-links';

const PROBE_MS = 5_000;
/** The pause before the second attempt, and the longest. */
const [FIRST_MS, LONGEST_MS] = [50, 5_000];
const MINUTE_MS = 60_000;

describe('the connection that a bus keeps', () => {
  let links: HandLinks;
  let keeper: LinkKeeper;
  const told: string[] = [];
  beforeEach(() => {
    jest.useFakeTimers();
    told.length = 0;
    links = new HandLinks();
    keeper = new LinkKeeper({
      open: links.open,
      toProbe: () => `probe ${told.length}`,
      probeMs: PROBE_MS,
      onText: (text) => told.push(text),
      onUp: () => told.push('up'),
      onDown: () => told.push('down'),
      onError: () => told.push('error'),
    });
  });
  afterEach(async () => {
    await keeper.stop();
    jest.useRealTimers();
  });

  it('is opened again after pauses that double, up to five seconds, and short ones again once it was up', async () => {
    const expectPauses = (): void => {
      const pausesMs = links.triedAtMs.slice(1).map((ms, index) => ms - (links.triedAtMs[index] ?? NaN));
      for (const [index, pauseMs] of pausesMs.entries()) {
        const longestMs = Math.min(FIRST_MS * 2 ** index, LONGEST_MS);
        expect(pauseMs).toBeGreaterThanOrEqual(Math.floor(longestMs / 2));
        expect(pauseMs).toBeLessThanOrEqual(longestMs);
      }
    };
    links.opening = null;
    await keeper.start();
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(links.triedAtMs.length).toBeGreaterThan(15);
    expectPauses();
    links.opening = Promise.resolve();
    await jest.advanceTimersByTimeAsync(LONGEST_MS);
    expect(told).toEqual(['error', 'down', 'up']);

    links.opening = null;
    links.triedAtMs.splice(0, Infinity, performance.now());
    links.last.lose();
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expectPauses();
    expect(told).toEqual(['error', 'down', 'up', 'error', 'down']);
  });

  it('says nothing more once it is lost', async () => {
    await keeper.start();
    const lost = links.last;
    lost.say('before');
    lost.lose();
    lost.say('after');
    lost.lose();
    expect(told).toEqual(['up', 'before', 'error', 'down']);
    expect(keeper.isUp).toBe(false);
  });

  it('that is lost while it is opened is closed, and does not come up', async () => {
    const opening = hold();
    links.opening = opening.held;
    const started = keeper.start();
    const { last } = links;
    last.lose();
    await started;
    opening.resolve();
    await jest.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['error', 'down']);
    expect(keeper.isUp).toBe(false);
    expect(last.isClosed).toBe(true);
  });

  it('is not opened again when it is given up meanwhile', async () => {
    links.opening = null;
    await keeper.start();
    await keeper.stop();
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(links.triedAtMs).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not asked any more once it is given up', async () => {
    await keeper.start();
    await keeper.stop();
    expect(links.last.isClosed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each([
    ['is open', () => undefined],
    [
      'was lost',
      () => {
        links.last.lose();
      },
    ],
  ])('that %s is gone when giving it up is over, however long its end takes', async (_how, prepare) => {
    const closing = hold();
    await keeper.start();
    links.last.closing = closing.held;
    prepare();
    const order: string[] = [];
    const stopped = keeper.stop().then(() => order.push('stopped'));
    await jest.advanceTimersByTimeAsync(0);
    order.push('closing');
    closing.resolve();
    await stopped;
    expect(order).toEqual(['closing', 'stopped']);
    expect(links.last.isClosed).toBe(true);
  });
});
