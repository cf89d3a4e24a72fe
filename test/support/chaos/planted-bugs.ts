import { Socket } from 'node:net';
import { EventLog } from '../../../src/events/event-log.repository';
import { splitFrames, toTextFrame } from './frames';

/** Bugs that a gateway of a test may have, so that the checker is seen to find them. */
export const PLANTED_BUGS = ['drop', 'double', 'swap', 'invent', 'unwritten', 'told-again'] as const;
export type PlantedBug = (typeof PLANTED_BUGS)[number];

/** How many are right before the one that is not: deliveries on the wire, profile changes in the log. */
const RIGHT_DELIVERIES = 40;
const RIGHT_CHANGES = 3;

/** Gives this process a bug: once on the wire, behind everything that the server does, or from then on in what it writes. */
export function plant(bug: PlantedBug): void {
  if (bug === 'unwritten' || bug === 'told-again') plantInLog(bug);
  else plantOnWire(bug);
}

/** A change without its event, or with two of them. */
function plantInLog(bug: 'unwritten' | 'told-again'): void {
  let left = RIGHT_CHANGES;
  const append = EventLog.prototype.append;
  EventLog.prototype.append = function (this: EventLog, tx, drafts) {
    const index = drafts.findIndex(({ type }) => type === 'SELF_INFO_UPDATED');
    const draft = drafts[index];
    if (draft === undefined || left-- > 0) return append.call(this, tx, drafts);
    if (bug === 'unwritten') return append.call(this, tx, drafts.toSpliced(index, 1));
    return append.call(this, tx, drafts).then(() => append.call(this, tx, [draft]));
  };
}

function plantOnWire(bug: 'drop' | 'double' | 'swap' | 'invent'): void {
  let left = RIGHT_DELIVERIES;
  /** The event that waits for the one behind it, and whose it is. */
  let held: { socket: Socket; frame: Buffer } | null = null;
  const spoil = (socket: Socket, frame: Buffer): Buffer[] => {
    if (held?.socket === socket) {
      const early = held.frame;
      held = null;
      return [frame, early];
    }
    if (left-- !== 0) return [frame];
    if (bug === 'double') return [frame, frame];
    if (bug === 'invent') return [frame, toNextEvent(frame)];
    if (bug === 'swap') held = { socket, frame };
    return [];
  };
  const write = Socket.prototype.write as (this: Socket, ...args: unknown[]) => boolean;
  Socket.prototype.write = function (this: Socket, ...args: unknown[]): boolean {
    const [chunk, encoding] = args;
    const frames = splitFrames(toBytes(chunk, encoding));
    if (!frames?.some(isEvent)) return write.apply(this, args);
    const sent = frames.flatMap((frame) => (isEvent(frame) ? spoil(this, frame) : [frame]));
    const callbacks = args.filter((argument) => typeof argument === 'function');
    return write.call(this, Buffer.concat(sent), ...callbacks);
  };
}

/** Of what is written as bytes, or as a text in which each character is one; nothing of anything else. */
function toBytes(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string' && encoding === 'latin1') return Buffer.from(chunk, 'latin1');
  return Buffer.isBuffer(chunk) ? chunk : Buffer.alloc(0);
}

function isEvent(frame: Buffer): boolean {
  const text = frame.toString();
  return text.includes('"type":"next"') && text.includes('"cursor"') && !text.includes('StreamOpened');
}

/** An event that never was, behind one that was. */
function toNextEvent(frame: Buffer): Buffer {
  const text = frame.toString();
  const next = text
    .slice(text.indexOf('{"id"'))
    .replace(/"seq":(\d+)/, (_, seq) => `"seq":${Number(seq) + 1}`);
  return toTextFrame(next);
}
