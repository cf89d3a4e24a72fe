/** The honest clients: some connections, each of which asks for a page of friends, takes its answer, pauses and asks again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../clock.mjs';
import { answerParent } from '../control.mjs';
import { Connection } from '../queries/connection.mjs';
import { percentile } from '../statistics.mjs';

const QUERY = '{ friendList(first: 50) { nodes { userID friendRemark user { nickName } } } }';

async function askUntil(connection, requests, endMs, pauseMs, latencies) {
  while (nowMs() < endMs) {
    const startMs = nowMs();
    const body = await connection.ask(requests[latencies.length % requests.length]);
    latencies.push(nowMs() - startMs);
    if (body.indexOf('{"data":{"friendList"') !== 0) throw new Error(`was answered ${body.toString()}`);
    await sleep(pauseMs);
  }
}

answerParent({
  /** Connections of their own for each window: to be served, they have to find room as well. */
  ask: async ({ port, tokens, connections, windowMs, pauseMs }) => {
    const body = JSON.stringify({ query: QUERY });
    const requests = tokens.map(
      (token) =>
        `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    const latencies = [];
    const opened = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
    const endMs = nowMs() + windowMs;
    await Promise.all(opened.map((each) => askUntil(each, requests, endMs, pauseMs, latencies)));
    for (const each of opened) each.close();
    const [p50Ms, p99Ms] = [0.5, 0.99].map((share) => percentile(latencies, share));
    return { requests: latencies.length, p50Ms, p99Ms };
  },
});
