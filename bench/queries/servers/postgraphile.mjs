/** PostGraphile 5 on `node:http`: its schema is made from the tables, which are told who refers to whom; its filter plugin takes lists of ids. */
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { jsonPgSmartTags } from 'postgraphile/utils';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';
import { databaseUrl, listen, PATH } from './listen.mjs';

// It asks for Node 22; this is all that it misses on Node 20.
Promise.withResolvers ??= () => {
  const deferred = {};
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
};

const foreignKey = '(friend_id) references "user" (id)';

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  plugins: [jsonPgSmartTags({ version: 1, config: { class: { friend: { tags: { foreignKey } } } } })],
  pgServices: [makePgService({ connectionString: databaseUrl, schemas: ['public'] })],
  grafserv: { graphqlPath: PATH, graphiql: false },
});

const server = createServer();
await instance.createServ(grafserv).addTo(server);
listen(server);
