import type { EventLog } from '../src/events/event-log.repository';
import type { EventSubscription } from '../src/events/event-subscription';
import type { StreamPosition } from '../src/events/friendship-event';
import { Openings, type ListenRequest } from '../src/events/openings';

const STOPPED = 'The hub has stopped: nothing can be listened to any more.';
const POSITIONS = new Map<string, StreamPosition>([['ann', { epoch: 'one', head: 7, floor: 0 }]]);

describe('who wants to listen while the hub stops', () => {
  let openings: Openings;
  /** Ends the read of where the streams stand, which takes until then. */
  let endRead: () => void;
  beforeEach(() => {
    const read = new Promise<Map<string, StreamPosition>>((resolve) => {
      endRead = () => {
        resolve(POSITIONS);
      };
    });
    openings = new Openings(
      { loadPositions: () => read } as unknown as EventLog,
      { now: () => 0 },
      () => undefined,
      () => {
        throw new Error('What is opened now is ended by nobody.');
      },
    );
  });

  const add = (): Promise<EventSubscription> =>
    openings.add({ userID: 'ann', after: null, types: null } as ListenRequest);

  it('is refused when it waits for its turn', async () => {
    const refused = expect(Promise.race([add(), endOfTurn()])).rejects.toThrow(STOPPED);
    openings.stop();
    await refused;
    expect(openings.areDue).toBe(false);
  });

  it('is refused when its position was being read: what is opened then would be ended by nobody', async () => {
    const refused = expect(add()).rejects.toThrow(STOPPED);
    const opening = openings.openAll();
    openings.stop();
    endRead();
    await opening;
    await refused;
  });

  it('is refused when it comes after the end', async () => {
    openings.stop();
    await expect(Promise.race([add(), endOfTurn()])).rejects.toThrow(STOPPED);
  });
});

function endOfTurn(): Promise<string> {
  return new Promise((resolve) => {
    setImmediate(resolve, 'nothing was said');
  });
}
