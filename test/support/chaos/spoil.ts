import type { ReceivedEvent } from '../listener';
import type { ChaosRecords, DeviceRecord, StreamRecord } from './records';

/** Records of a run in which something went wrong: a copy of those given, to be changed. */
export function copyOf(records: ChaosRecords): ChaosRecords {
  return structuredClone(records);
}

/** The device with the longest story, and the stream that it tells. */
export function pickDevice({ devices, streams }: ChaosRecords): {
  device: DeviceRecord;
  stream: StreamRecord;
} {
  const device = devices.reduce((most, other) =>
    other.received.length > most.received.length ? other : most,
  );
  const stream = streams.find(({ userID }) => userID === device.userID);
  if (stream === undefined) throw new Error(`No stream of ${device.userID} was recorded.`);
  return { device, stream };
}

/**
 * Rewrites a stream as if the server had written other events: numbered as the server does, and the same for the log
 * and for every device. Nothing but what the events say is left to find it by.
 */
export function rewriteStream(
  { devices, streams }: ChaosRecords,
  userID: string,
  change: (events: ReceivedEvent[]) => ReceivedEvent[],
): void {
  const rewrite = (received: ReceivedEvent[]): ReceivedEvent[] => {
    const opened = received.slice(0, 1);
    const first = (opened[0]?.seq ?? 0) + 1;
    const events = change(received.slice(1));
    return [
      ...opened,
      ...events.map((event, index) => ({ ...event, seq: first + index, cursor: `cursor ${first + index}` })),
    ];
  };
  for (const device of devices) if (device.userID === userID) device.received = rewrite(device.received);
  for (const stream of streams) {
    if (stream.userID !== userID) continue;
    stream.log = rewrite(stream.log);
    stream.end = stream.log.at(-1)?.cursor ?? '';
  }
}

/** A stream in which a user's own profile changes more than once. */
export function findProfileChange({ streams }: ChaosRecords): { userID: string; index: number } {
  for (const { userID, log } of streams) {
    const events = log.slice(1);
    const index = events.findIndex(({ type }) => type === 'SELF_INFO_UPDATED');
    const isAgain = events.slice(index + 1).some(({ type }) => type === 'SELF_INFO_UPDATED');
    if (index !== -1 && isAgain) return { userID, index };
  }
  throw new Error('Nobody changed a profile twice.');
}
