/** The limit of the library: no GraphQL, no users, no log; the same bytes to everybody by `ws.send`. */
import { STAR } from '../document.mjs';
import { openDoors } from './doors.mjs';

const clients = new Set();
let seq = 1;

const sockets = openDoors((nickName) => {
  seq++;
  const now = new Date().toISOString();
  const user = { id: STAR, nickName, faceUrl: '', selfSignature: '', updatedAt: now };
  const friends = JSON.stringify([{ userID: STAR, friendRemark: '', user }]);
  const tail = `","type":"FRIEND_INFO_CHANGED","occurredAt":"${now}","friends":${friends}}}}}`;
  for (const { socket, id, cursor } of clients)
    socket.send(
      `{"id":"${id}","type":"next","payload":{"data":{"friendshipEvents":` +
        `{"__typename":"FriendInfoChanged","seq":${seq},"cursor":"${cursor}${tail}`,
    );
});

sockets.on('connection', (socket) => {
  const client = { socket, id: '', cursor: '' };
  socket.on('message', (bytes) => {
    const { type, id, payload } = JSON.parse(bytes);
    if (type === 'connection_init') {
      // Bare: who it is stands in the token's middle part, and is believed.
      const { sub } = JSON.parse(Buffer.from(payload.authorization.split('.')[1], 'base64url'));
      client.cursor = Buffer.from(`0123456789ab 1 ${sub}`).toString('base64url');
      socket.send('{"type":"connection_ack"}');
      return;
    }
    client.id = id;
    clients.add(client);
    const event = { __typename: 'StreamOpened', seq, cursor: client.cursor, recovered: true };
    socket.send(JSON.stringify({ id, type: 'next', payload: { data: { friendshipEvents: event } } }));
  });
  socket.on('error', () => undefined);
  socket.on('close', () => clients.delete(client));
});
