import { DOCUMENTS } from './documents.mjs';
import { toPostgraphileBody } from './postgraphile-documents.mjs';

/** How a server is asked: PostGraphile makes its schema from the tables, so it has documents of its own. */
const bodies = {
  amicus: toBody,
  postgraphile: toPostgraphileBody,
};

function toBody({ name, variables }) {
  return { operationName: name, query: DOCUMENTS[name], variables };
}

/**
 * The bytes of one request. Amicus looks at the token; the others, which check none, believe `x-viewer`. All get both.
 *
 * @param {{ server: string, port: number, path: string }} address
 * @param {import('./operations.mjs').Call} call
 */
export function toRequest({ server, port, path }, call) {
  const body = JSON.stringify((bodies[server] ?? toBody)(call));
  const { viewer } = call;
  return (
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
    `Accept: application/json\r\nAuthorization: Bearer ${viewer.token}\r\nX-Viewer: ${viewer.userID}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}
