import { NodesBus } from '../src/events/bus-nodes';
import { BusEar } from './support/bus-ear';
import { HandLinks, hold, type HandLink } from './support/hand-links';

/** Longer than the pause before a link is opened again and what is published is held back, one after the other. */
const SOON_MS = 100;
const GAP = expect.stringContaining('"gap"') as string;
const toHint = (userID: string): string => expect.stringContaining(`"hints","${userID}",1`) as string;

describe('what a bus tells of that was lost with a link', () => {
  let links: HandLinks;
  let bus: NodesBus;
  beforeEach(async () => {
    jest.useFakeTimers();
    links = new HandLinks();
    bus = new NodesBus({ open: links.open, maxBytes: 1_000, onError: () => undefined });
    await bus.start();
  });
  afterEach(async () => {
    const stopped = bus.stop();
    await pass();
    await stopped;
    jest.useRealTimers();
  });

  const publish = (userID: string): void => {
    bus.publish([{ userID, head: 1 }]);
  };
  const pass = (): Promise<void> => jest.advanceTimersByTimeAsync(SOON_MS);
  /** A list of this user that is on its way, over the link given, until the test ends that. */
  const beginToSend = async (
    userID: string,
  ): Promise<{ link: HandLink; sending: ReturnType<typeof hold> }> => {
    const { last: link } = links;
    const sending = hold();
    link.sending = sending.held;
    publish(userID);
    await pass();
    return { link, sending };
  };

  it('a list on its way, of which it shows when another link is up that it may be lost, is a gap there', async () => {
    const { link: lost, sending } = await beginToSend('ann');
    expect(lost.sent).toEqual([toHint('ann')]);
    lost.lose();
    await pass();
    expect(bus.isUp).toBe(true);
    expect(links.last.sent).toEqual([]);
    sending.reject(new Error('lost'));
    await pass();
    expect(links.last.sent).toEqual([GAP]);
  });

  it('a list that waited behind one on its way is a gap, though that one was taken over', async () => {
    const { link: lost, sending } = await beginToSend('ann');
    publish('bob');
    lost.lose();
    await pass();
    expect(bus.isUp).toBe(true);
    sending.resolve();
    await pass();
    expect(lost.sent).toEqual([toHint('ann')]);
    expect(links.last.sent).toEqual([GAP]);
  });

  it('a gap is told once, and not again with the next link that is lost', async () => {
    links.last.lose();
    publish('ann');
    await pass();
    expect(links.last.sent).toEqual([GAP]);
    links.last.lose();
    await pass();
    expect(links.all).toHaveLength(3);
    expect(bus.isUp).toBe(true);
    expect(links.last.sent).toEqual([]);
  });

  it('what others said meanwhile is one gap, and none again when they say how much it was', async () => {
    links.last.say('["other","probe",3]');
    links.last.lose();
    const ear = new BusEar(bus);
    await pass();
    expect(ear.takeAll()).toEqual([{ kind: 'gap' }]);
    links.last.say('["other","probe",5]');
    expect(ear.takeAll()).toEqual([]);
    links.last.say('["other","probe",6]');
    expect(ear.takeAll()).toEqual([{ kind: 'gap' }]);
  });

  it('nothing goes on once it has stopped', async () => {
    await bus.stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
