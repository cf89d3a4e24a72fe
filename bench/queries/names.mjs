/** How the report calls them. */
export const SERVER_NAMES = {
  amicus: '**Amicus**',
  raw: 'raw `node:http` and SQL (the limit)',
  mercurius: 'Mercurius with jit',
  yoga: 'GraphQL Yoga',
  apollo: 'Apollo standalone, TypeORM `find`',
  postgraphile: 'PostGraphile 5',
};

export const ENGINE_NAMES = { sqlite: 'SQLite', postgres: 'PostgreSQL' };
