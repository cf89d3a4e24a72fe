/** Mercurius with the publish and subscribe that it brings, a topic per user. */
import fastify from 'fastify';
import mercurius from 'mercurius';
import { answerParent, markCommit, selfReport } from '../control.mjs';
import { verifyParams } from '../tokens.mjs';
import { BACKLOG, CHANGE_PATH, PATH } from './doors.mjs';
import { change, toChanged, toOpened, TYPE_DEFS } from './streams.mjs';

const users = new Set();
const app = fastify();

await app.register(mercurius, {
  schema: TYPE_DEFS,
  path: PATH,
  resolvers: {
    Subscription: {
      friendshipEvents: {
        subscribe: (_root, _args, { pubsub, userID }) => {
          users.add(userID);
          // Before it listens: otherwise an event may come first.
          pubsub.queue.push({ friendshipEvents: toOpened(userID) });
          return pubsub.subscribe(userID);
        },
      },
    },
  },
  subscription: { onConnect: async ({ payload }) => ({ userID: await verifyParams(payload) }) },
});

app.post(CHANGE_PATH, async (request, reply) => {
  const { nick } = request.body.variables;
  setImmediate(() => {
    markCommit();
    change(nick);
    for (const userID of users)
      app.graphql.pubsub.publish({ topic: userID, payload: { friendshipEvents: toChanged(userID) } });
  });
  return reply.send({});
});

await app.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG });
answerParent(selfReport, { port: app.server.address().port, path: PATH, changePath: CHANGE_PATH });
