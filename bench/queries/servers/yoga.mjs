/** GraphQL Yoga on `node:http`, as its documentation starts it, with a DataLoader per request. */
import { createServer } from 'node:http';
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import { databaseUrl, listen, PATH } from './listen.mjs';
import { createResolvers } from './resolvers.mjs';
import { TYPE_DEFS } from './schema.mjs';
import { openStore } from './store.mjs';

const store = await openStore(databaseUrl);

const yoga = createYoga({
  schema: createSchema({
    typeDefs: TYPE_DEFS,
    resolvers: {
      ...createResolvers(store),
      FriendInfo: { user: ({ userID }, _args, { profiles }) => profiles.load(userID) },
    },
  }),
  graphqlEndpoint: PATH,
  context: ({ request }) => ({
    viewerID: request.headers.get('x-viewer'),
    profiles: new DataLoader(async (userIDs) => {
      const users = await store.loadProfiles(userIDs);
      return userIDs.map((userID) => users.get(userID) ?? null);
    }),
  }),
});

listen(createServer(yoga));
