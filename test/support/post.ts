import { type Agent, request } from 'node:http';

interface Call {
  headers: Record<string, string>;
  body: string;
  /** Keeps connections between calls. */
  agent: Agent;
  /** How long nothing may come; without it, for as long as it takes. */
  answerMs?: number | undefined;
}

/**
 * Posts JSON and gives the body of the answer, whatever its status. Rejects when the connection breaks before the answer
 * is whole. By `node:http`, since `fetch` takes several times its work, which suites of thousands of calls feel.
 */
export function post(url: string, { headers, body, agent, answerMs }: Call): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { ...headers, 'content-type': 'application/json' } };
    const call = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve(Buffer.concat(chunks).toString());
      });
      response.on('error', reject);
      // A body that breaks off has no end.
      response.on('close', () => {
        reject(new Error('The answer broke off.'));
      });
    });
    call.on('error', reject);
    if (answerMs !== undefined) call.setTimeout(answerMs, () => call.destroy(new Error('No answer came.')));
    call.end(body);
  });
}
