/** A process of many listeners: `node listeners.mjs FIRST`, the rest is told over control.mjs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './clock.mjs';
import { answerParent } from './control.mjs';
import { toUserID } from './document.mjs';
import { Listener } from './listener.mjs';
import { signToken } from './tokens.mjs';

const first = Number(process.argv[2]);
const CONNECTING_AT_ONCE = 32;

/** @type {Listener[]} */
const listeners = [];
let watch = { number: 0, marker: '', count: 0, firstMs: 0, sample: '', done: () => undefined };

function count(listener, frame) {
  if (listener.counted === watch.number || !frame.includes(watch.marker)) return;
  listener.counted = watch.number;
  watch.count++;
  if (watch.count === 1) {
    watch.firstMs = nowMs();
    watch.sample = frame.toString();
  }
  if (watch.count === listeners.length)
    watch.done({ firstMs: watch.firstMs, lastMs: nowMs(), sample: watch.sample });
}

/** A server that others keep from the processor cuts who has waited too long: that is not what is measured here. */
async function openOne(listener) {
  for (let left = 5; ; left--) {
    try {
      return await listener.open();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

answerParent({
  /** Opens connections to a server until there are `total`, a few at a time. */
  async open({ address, total }) {
    const missing = [];
    for (let index = listeners.length; index < total; index++) {
      const token = await signToken(toUserID(first + index));
      const listener = new Listener(token, address, count);
      listeners.push(listener);
      missing.push(listener);
    }
    const openSome = async () => {
      for (let next = missing.pop(); next !== undefined; next = missing.pop()) await openOne(next);
    };
    await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, openSome));
  },

  /** From now on, `delivered` waits for the event with this text at every listener. */
  watch(marker) {
    const next = { ...watch, number: watch.number + 1, marker: Buffer.from(marker), count: 0 };
    next.delivered = new Promise((resolve) => {
      next.done = resolve;
    });
    watch = next;
  },
  delivered: () => watch.delivered,

  drop() {
    for (const listener of listeners) listener.drop();
  },

  /** All come back, spread over `overMs` from the moment `fromMs`, each with its cursor; resolves when all are live. */
  async comeBack({ fromMs, overMs }) {
    /** How often a connection was cut before it was live, by the reason. */
    const cuts = {};
    const liveAtMs = await Promise.all(
      listeners.map(async (listener, index) => {
        await sleep(fromMs + ((index + Math.random()) / listeners.length) * overMs - nowMs());
        for (;;) {
          try {
            await listener.open({ resume: true });
            return nowMs();
          } catch ({ message }) {
            cuts[message] = (cuts[message] ?? 0) + 1;
            await sleep(100 + Math.random() * 200);
          }
        }
      }),
    );
    return { lastLiveMs: Math.max(...liveAtMs), cuts };
  },

  /** How many events the server has for these users that do not come, however long one waits (10 s). */
  async countBehind() {
    const heads = (await Promise.all(listeners.map((listener) => listener.askHead()))).map(readSeq);
    const count = () => listeners.reduce((sum, { seq }, index) => sum + Math.max(0, heads[index] - seq), 0);
    for (const untilMs = nowMs() + 10_000; count() > 0 && nowMs() < untilMs;) await sleep(50);
    return count();
  },

  tally() {
    const sum = (read) => listeners.reduce((total, listener) => total + read(listener), 0);
    return {
      live: sum(({ live }) => Number(live)),
      events: sum(({ events }) => events),
      lost: sum(({ lost }) => lost),
      doubled: sum(({ doubled }) => doubled),
    };
  },
});

/** Apps must not look into a cursor; to compare two positions the benchmark does. */
function readSeq(cursor) {
  return Number(Buffer.from(cursor, 'base64url').toString().split(' ')[1]);
}
