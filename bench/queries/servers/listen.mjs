import { env } from 'node:process';
import { answerParent, selfReport } from '../../control.mjs';

export const PATH = '/graphql';

/** The database that all servers work on. */
export const databaseUrl = env.BENCH_DATABASE;

/** Tells the parent where the server listens. */
export const announce = (port, path = PATH) => answerParent(selfReport, { port, path });

/** For a server that is a Node HTTP server, not yet listening. */
export function listen(server) {
  server.listen({ port: 0, host: '127.0.0.1' }, () => announce(server.address().port));
}
