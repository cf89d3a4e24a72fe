import { BodyRoom } from '../src/transport/body-room';
import { PacedLane } from '../src/transport/paced-lane';

describe('the room for bodies that are not read yet', () => {
  const TOO_MANY = { status: 429 };
  let lane: PacedLane;
  let room: BodyRoom;
  beforeEach(() => {
    const bounds = { maxWaitingOfKey: 10, maxWaiting: 100, maxWaitMs: 1_000 };
    lane = new PacedLane({ share: 1 / 10, burstMs: 20, maxDebtMs: 1_000, turnMs: 10, ...bounds }, () => 0);
    room = new BodyRoom(100, lane);
  });

  it('is that of each user for all their bodies, and free again where one of them was read', () => {
    const [first, second, third] = [room.open('ann'), room.open('ann'), room.open('ann')];
    expect(first.take(60)).toBeUndefined();
    expect(second.take(40)).toBeUndefined();
    expect(third.take(1)).toMatchObject(TOO_MANY);
    expect(room.open('bob').take(100)).toBeUndefined();
    first.release();
    // Those of the other one still lie there, and what found no room takes none.
    expect(third.take(61)).toMatchObject(TOO_MANY);
    expect(third.take(60)).toBeUndefined();
    for (const body of [second, third]) body.release();
    expect(room.open('ann').take(100)).toBeUndefined();
  });

  it('holds up those who come, whoever they are, when it took long to parse a large one', () => {
    const body = room.open('ann');
    body.spend(20);
    expect(lane.isBusy).toBe(false);
    body.spend(10);
    expect(lane.isBusy).toBe(true);
  });
});
