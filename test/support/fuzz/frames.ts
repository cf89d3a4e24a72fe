import * as fc from 'fast-check';
import { jsonTexts, toObject } from './json-texts';
import { spoil } from './spoil-bytes';

const TYPES = [
  'connection_init',
  'connection_ack',
  'ping',
  'pong',
  'subscribe',
  'next',
  'error',
  'complete',
  'start',
  '',
  '__proto__',
];
const OPCODES = [0, 1, 1, 1, 2, 2, 3, 7, 8, 9, 10, 11, 15];

/** What an input begins with that is said once the socket was acknowledged; the token would be too long to be drawn. */
export const SIGNED_IN = '{{signed in}}';

/** What comes before the frames, each byte a character. */
const HANDSHAKE =
  'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n' +
  'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n';

const toInit = (token: string): string =>
  toObject([
    ['type', '"connection_init"'],
    ['payload', toObject([['authorization', `"Bearer ${token}"`]])],
  ]);
const LAST_ID = 'the last';
const LAST = toObject([
  ['type', '"subscribe"'],
  ['id', `"${LAST_ID}"`],
  ['payload', '{"query":"{ me { id } }"}'],
]);

/** How a socket is opened for whom the token speaks. */
export function toOpening(token: string): string {
  return HANDSHAKE + toFrame(0x81, toInit(token));
}

/** Whether the answer to the last operation has come, or a close frame. */
export function isAnswered(answer: string): boolean {
  return (
    answer.includes(`"id":"${LAST_ID}","type":"complete"`) || /\u0088.{2,125}$/s.test(answer.slice(-127))
  );
}

/** Messages of the protocol, in good frames: such as are right, and such as have anything anywhere. */
export function conversations(bodies: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const anything = jsonTexts(fc.string().map((text) => JSON.stringify(text)));
  const id = fc.constantFrom(
    '"1"',
    '"2"',
    '""',
    '"\\u0000"',
    '"\\ud800"',
    '"constructor"',
    `"${'x'.repeat(300)}"`,
  );
  const subscribe = fc.tuple(id, bodies).map(([own, body]) =>
    toObject([
      ['type', '"subscribe"'],
      ['id', own],
      ['payload', body],
    ]),
  );
  const complete = id.map((own) =>
    toObject([
      ['type', '"complete"'],
      ['id', own],
    ]),
  );
  const odd = fc
    .array(
      fc.tuple(
        fc.constantFrom('type', 'id', 'payload', '__proto__'),
        fc.oneof(
          fc.constantFrom(...TYPES).map((type) => `"${type}"`),
          id,
          anything,
          bodies,
        ),
      ),
      { maxLength: 4 },
    )
    .map(toObject);
  const message = fc.oneof(
    { arbitrary: subscribe, weight: 6 },
    { arbitrary: complete, weight: 2 },
    { arbitrary: odd, weight: 2 },
    { arbitrary: anything, weight: 1 },
  );
  return fc
    .tuple(fc.nat(9), fc.array(message, { minLength: 1, maxLength: 4 }))
    .map(
      ([dice, messages]) =>
        (dice > 0 ? SIGNED_IN : HANDSHAKE) +
        [...messages, LAST].map((text) => toFrame(0x81, Buffer.from(text).toString('latin1'))).join(''),
    );
}

/** Frames of any kind, and lengths, masks and bits that do not fit. */
export function oddFrames(): fc.Arbitrary<string> {
  const payload = fc.oneof(
    fc.constant(toInit('x')),
    fc.constant(LAST),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom('', '\u0003', '\u0003\u00e8', '\u0003\u00e8\u00ff', 'x'.repeat(70_000)),
  );
  const frame = fc
    .tuple(fc.constantFrom(...OPCODES), fc.nat(7), payload, fc.nat(19))
    .map(([opcode, bits, text, dice]) => {
      const latin = Buffer.from(text).toString('latin1');
      // Mostly the last of its message, and no bits that were not agreed.
      const first = opcode | (dice > 3 ? 0x80 : bits << 4);
      return toFrame(first, latin, dice !== 0, dice === 1 ? bits - 3 : 0);
    });
  const frames = fc.array(frame, { minLength: 1, maxLength: 6 }).map((all) => all.join(''));
  return fc
    .tuple(fc.boolean(), spoil(frames))
    .map(([isKnown, bytes]) => (isKnown ? SIGNED_IN : HANDSHAKE) + bytes + toFrame(0x81, LAST));
}

/** With a mask of zeros, or with none. `more` is what the length is off. */
function toFrame(first: number, payload: string, isMasked = true, more = 0): string {
  const length = Math.max(0, payload.length + more);
  const size = length < 126 ? length : length < 65_536 ? 126 : 127;
  const head = Buffer.alloc(size === 127 ? 10 : size === 126 ? 4 : 2);
  head[0] = first;
  head[1] = size | (isMasked ? 0x80 : 0);
  if (size === 126) head.writeUInt16BE(length, 2);
  if (size === 127) head.writeBigUInt64BE(BigInt(length), 2);
  return `${head.toString('latin1')}${isMasked ? '\0\0\0\0' : ''}${payload}`;
}
