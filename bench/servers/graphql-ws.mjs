/** Plain graphql-ws over plain graphql-js, as their manuals show it: every subscriber's event is executed. */
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { verifyParams } from '../tokens.mjs';
import { openDoors } from './doors.mjs';
import { change, toChanged, toOpened, TYPE_DEFS } from './streams.mjs';
import { UserStream } from './user-stream.mjs';

/** @type {Map<string, Set<UserStream>>} */
const topics = new Map();

const schema = buildSchema(TYPE_DEFS);
schema.getSubscriptionType().getFields().friendshipEvents.subscribe = (_root, _args, { userID }) => {
  const topic = topics.get(userID) ?? new Set();
  topics.set(userID, topic);
  const stream = new UserStream(() => topic.delete(stream));
  topic.add(stream);
  stream.push({ friendshipEvents: toOpened(userID) });
  return stream;
};

const sockets = openDoors((nickName) => {
  change(nickName);
  for (const [userID, topic] of topics)
    for (const stream of topic) stream.push({ friendshipEvents: toChanged(userID) });
});

useServer(
  {
    schema,
    onConnect: async ({ extra, connectionParams }) => {
      extra.userID = await verifyParams(connectionParams);
    },
    context: ({ extra }) => ({ userID: extra.userID }),
  },
  sockets,
);
