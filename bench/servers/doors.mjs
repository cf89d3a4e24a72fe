import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { answerParent, markCommit, selfReport } from '../control.mjs';

export const PATH = '/graphql';
export const CHANGE_PATH = '/change';
/** As Amicus has it, so that a storm measures the servers and not the system's queue. */
export const BACKLOG = 4096;

/** The doors of a peer: `ws` as Amicus has it, and a POST that is answered before `onChange` begins. */
export function openDoors(onChange) {
  const http = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end('{}');
    setImmediate(() => {
      markCommit();
      onChange(JSON.parse(body).variables.nick);
    });
  });
  const sockets = new WebSocketServer({
    server: http,
    path: PATH,
    perMessageDeflate: false,
    handleProtocols: () => 'graphql-transport-ws',
  });
  http.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () =>
    answerParent(selfReport, { port: http.address().port, path: PATH, changePath: CHANGE_PATH }),
  );
  return sockets;
}
