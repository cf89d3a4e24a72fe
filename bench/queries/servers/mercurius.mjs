/** Mercurius on Fastify, with queries compiled by graphql-jit at their second use and profiles by its loaders. */
import fastify from 'fastify';
import mercurius from 'mercurius';
import { announce, databaseUrl, PATH } from './listen.mjs';
import { createResolvers } from './resolvers.mjs';
import { TYPE_DEFS } from './schema.mjs';
import { openStore } from './store.mjs';

const store = await openStore(databaseUrl);
const app = fastify();

await app.register(mercurius, {
  schema: TYPE_DEFS,
  path: PATH,
  jit: 1,
  resolvers: createResolvers(store),
  loaders: {
    FriendInfo: {
      user: async (queries) => {
        const users = await store.loadProfiles(queries.map(({ obj }) => obj.userID));
        return queries.map(({ obj }) => users.get(obj.userID) ?? null);
      },
    },
  },
  context: (request) => ({ viewerID: request.headers['x-viewer'] }),
});

await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server.address().port);
