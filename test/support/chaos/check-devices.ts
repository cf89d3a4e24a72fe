import type { ReceivedEvent } from '../listener';
import { applyEvent, toComparable, toCopy, type Copy } from '../replay';
import { toFactsText } from './event-claims';
import type { DeviceRecord, StreamRecord } from './records';

/** What is wrong with what one device was delivered, beside the stream of its user as it is read back. */
export function findDeviceProblems(device: DeviceRecord, stream: StreamRecord): string[] {
  const committed = new Map(stream.log.slice(1).map((event) => [event.seq, event]));
  const found = findOrderProblems(stream.log[0]?.seq ?? 0, device.received);
  for (const event of device.received.filter(isEvent)) {
    const same = committed.get(event.seq);
    if (same === undefined) found.push(`${event.seq} was delivered, and never committed`);
    else if (toFactsText(same) !== toFactsText(event))
      found.push(
        `${event.seq} was delivered as ${toFactsText(event)}, and committed as ${toFactsText(same)}`,
      );
  }
  const last = device.received.at(-1)?.cursor;
  if (last === stream.end) found.push(...findCopyProblems(device.received, stream));
  else if (!device.received.some(({ cursor }) => cursor === stream.end))
    found.push(`it stands at ${device.received.at(-1)?.seq ?? 'nothing'}, behind the end of the stream`);
  return found.map((problem) => `device ${device.name}: ${problem}`);
}

/** Dense, in order, nothing twice, and each connection goes on where the one before it ended. */
function findOrderProblems(start: number, received: readonly ReceivedEvent[]): string[] {
  const found: string[] = [];
  const seen = new Set<number>();
  let last = start;
  let lastCursor: string | null = null;
  for (const event of received) {
    if (!isEvent(event)) {
      if (event['recovered'] !== true)
        found.push(`was told that ${last} is lost: ${String(event['reason'])}`);
      else if (event.seq !== last || (lastCursor ?? event.cursor) !== event.cursor)
        found.push(`opened at ${event.seq} after ${last}`);
      lastCursor ??= event.cursor;
      continue;
    }
    if (seen.has(event.seq)) found.push(`${event.seq} came twice`);
    else if (event.seq <= last) found.push(`${event.seq} came late, after ${last}`);
    else if (event.seq !== last + 1) found.push(`${event.seq} came after ${last}: there is a gap`);
    seen.add(event.seq);
    last = Math.max(last, event.seq);
    lastCursor = event.cursor;
  }
  return found;
}

function findCopyProblems(received: readonly ReceivedEvent[], { base, lists }: StreamRecord): string[] {
  const copy = toCopy(base);
  for (const event of received.filter(isEvent)) applyEvent(copy, event);
  const [got, wanted] = [toEntries(copy), toEntries(toCopy(lists))];
  return [
    ...got
      .filter((entry) => !wanted.includes(entry))
      .map((entry) => `its copy has ${entry}, the lists do not`),
    ...wanted
      .filter((entry) => !got.includes(entry))
      .map((entry) => `the lists have ${entry}, its copy does not`),
  ];
}

/** Everything in a copy, one by one. */
function toEntries(copy: Copy): string[] {
  const lists = Object.entries(toComparable(copy) as Record<string, unknown>);
  return lists.flatMap(([name, list]) => {
    const items: unknown[] = Array.isArray(list) ? list : [list];
    return items.map((item) => `${name}: ${JSON.stringify(item)}`);
  });
}

function isEvent({ __typename }: ReceivedEvent): boolean {
  return __typename !== 'StreamOpened';
}
