import type { ReceivedEvent } from '../listener';
import { LISTS, toLists, type Lists, type ListsAnswer } from '../lists';
import { applyEvent, toCopy } from '../replay';
import type { ChaosCaller } from './caller';
import { ChaosDevice } from './device';
import type { Door } from './door';
import { startPatience, type Patience } from './patience';
import type { ChaosRecords, DeviceRecord, StreamRecord } from './records';

export interface Start {
  userID: string;
  cursor: string;
  lists: Lists;
}

/** Reads a user's lists. */
export async function loadLists(caller: ChaosCaller, userID: string): Promise<Lists> {
  return toLists(await caller.ask<ListsAnswer>(userID, LISTS, { others: [userID] }));
}

export async function loadPosition(caller: ChaosCaller, userID: string): Promise<string> {
  const query = '{ friendshipEventPosition }';
  return (await caller.ask<{ friendshipEventPosition: string }>(userID, query)).friendshipEventPosition;
}

/** How often all is looked at before a stream that still grows counts as one that does not come to rest. */
const MAX_LOOKS = 5;

/**
 * Waits until nothing moves any more, and gives where every stream stands then with what was delivered and what can be
 * read. Where something is still missing when patience is at its end, it is missing in the records. What has only come
 * late, as on a machine that others use, is looked at again with new patience.
 */
export async function settle(
  door: Door,
  caller: ChaosCaller,
  starts: readonly Start[],
  devices: readonly ChaosDevice[],
): Promise<Pick<ChaosRecords, 'streams' | 'devices'>> {
  for (let looks = 1; ; looks++) {
    const patience = startPatience(door.manners?.settleMs);
    try {
      const found = await look(door, caller, starts, devices, patience);
      if (found.isStill || looks === MAX_LOOKS) return found;
    } finally {
      patience.end();
    }
  }
}

async function look(
  door: Door,
  caller: ChaosCaller,
  starts: readonly Start[],
  devices: readonly ChaosDevice[],
  patience: Patience,
): Promise<Pick<ChaosRecords, 'streams' | 'devices'> & { isStill: boolean }> {
  const ends: (Start & { end: string; now: Lists })[] = [];
  for (const start of starts) {
    const end = await loadPosition(caller, start.userID);
    const now = await loadLists(caller, start.userID);
    for (const device of devices.filter(({ userID }) => userID === start.userID))
      await device.until(() => device.hasReached(end) && !isWaiting(device, start.lists, now), patience);
    ends.push({ ...start, end, now });
  }
  const streams: StreamRecord[] = [];
  for (const { userID, cursor, lists: base, end, now: lists } of ends) {
    const log = await readStream(door, caller, userID, cursor, end);
    streams.push({ userID, base, lists, end, log });
  }
  const delivered: DeviceRecord[] = devices.map(({ name, userID, received }) => {
    return { name, userID, received: received.slice() };
  });
  let isStill = true;
  for (const { userID, end } of streams) isStill &&= (await loadPosition(caller, userID)) === end;
  return { streams, devices: delivered, isStill };
}

/** What a device is delivered that was never there: the stream from `after` to `end`. */
async function readStream(
  door: Door,
  caller: ChaosCaller,
  userID: string,
  after: string,
  end: string,
): Promise<ReceivedEvent[]> {
  const patience = startPatience(door.manners?.settleMs);
  const token = await caller.token(userID);
  const reader = new ChaosDevice(door, `reader of ${userID}`, userID, token, after);
  await reader.until(() => reader.hasReached(end), patience);
  patience.end();
  await reader.stop();
  return reader.received;
}

/** Whether a change of a friend's profile is still on its way to the device. */
function isWaiting(device: ChaosDevice, base: Lists, { friends }: Lists): boolean {
  const copy = toCopy(base);
  for (const event of device.received) if (event.type !== 'STREAM_OPENED') applyEvent(copy, event);
  return friends.some(({ userID, nick }) => (copy.friends.get(userID)?.nick ?? nick) !== nick);
}
