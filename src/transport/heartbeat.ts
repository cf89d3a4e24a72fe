import type { Session } from './graphql-ws-protocol';
import { countTakenBytes } from './taken-bytes';

const HEARTBEAT_MS = 12_000;
/** So much is on its way in a moment; more may lie in the buffers of both systems, which hold megabytes. */
const SOON_BYTES = 256 * 1024;
/** How many times a client that may have so much before it to read may be found not to have answered. */
const MAX_BUSY_BEATS = 5;

/** What is known of a client at a beat. Bytes are counted since it connected. */
interface Pulse {
  /** Pinged, and not heard of since; found so at so many beats in which nothing else told that it reads. */
  isSilent: boolean;
  silentBeats: number;
  /** What it had to read before its last ping, and has read for certain. */
  pingedBytes: number;
  readBytes: number;
  /** What the network had taken at the last beat, and whether it had as much as it takes. */
  takenBytes: number;
  wasFull: boolean;
}

/**
 * Pings each client every 12 seconds and cuts off the one that has not answered by the next time. A ping is read behind
 * what was written before it: a client that has more than 256 KiB to read has a minute for it, which begins anew whenever
 * more of what waits for it goes out. One timer for all sockets.
 */
export function startHeartbeat(sessions: ReadonlySet<Session>): NodeJS.Timeout {
  const pulses = new WeakMap<Session, Pulse>();
  return setInterval(() => {
    for (const session of sessions) {
      let pulse = pulses.get(session);
      if (pulse === undefined) {
        pulse = watch(session);
        pulses.set(session, pulse);
      }
      beat(session, pulse);
    }
  }, HEARTBEAT_MS);
}

function watch({ socket }: Session): Pulse {
  const pulse = {
    isSilent: false,
    silentBeats: 0,
    pingedBytes: 0,
    readBytes: 0,
    takenBytes: 0,
    wasFull: false,
  };
  socket.on('pong', () => {
    pulse.isSilent = false;
    pulse.readBytes = pulse.pingedBytes;
  });
  return pulse;
}

function beat({ socket, connection }: Session, pulse: Pulse): void {
  const takenBytes = countTakenBytes(connection);
  const writtenBytes = takenBytes + connection.writableLength;
  if (pulse.isSilent) {
    // A network that is full takes more only when something was read.
    if (pulse.wasFull && takenBytes > pulse.takenBytes) pulse.silentBeats = 0;
    const isBusy = writtenBytes - pulse.readBytes > SOON_BYTES;
    if (++pulse.silentBeats > (isBusy ? MAX_BUSY_BEATS : 0)) {
      socket.terminate();
      return;
    }
  } else {
    pulse.isSilent = true;
    pulse.silentBeats = 0;
    pulse.pingedBytes = writtenBytes;
    socket.ping();
  }
  pulse.takenBytes = takenBytes;
  pulse.wasFull = connection.writableLength > 0;
}
