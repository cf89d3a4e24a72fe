import { get } from 'node:http';
import { readMetricHeads } from './support/metrics';
import { TestServer } from './support/server';

async function getStatus(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });
}

test('the metrics are served beside the API when nothing is said', async () => {
  const server = await TestServer.start();
  expect(server.metricsUrl).toBe(server.url.replace('/graphql', '/metrics'));
  expect((await readMetricHeads(server)).has('amicus_build_info')).toBe(true);
  await server.stop();
});

test('on a port of their own they are served there alone, and nothing else is', async () => {
  const server = await TestServer.start({ config: { metricsPort: 0 } });
  expect(await getStatus(server.url.replace('/graphql', '/metrics'))).toBe(404);
  expect((await readMetricHeads(server)).has('amicus_build_info')).toBe(true);
  expect(await getStatus((server.metricsUrl ?? '').replace('/metrics', '/graphql'))).toBe(404);
  const { metricsUrl } = server;
  await server.stop();
  await expect(getStatus(metricsUrl ?? '')).rejects.toThrow('ECONNREFUSED');
});

test('they are served while a server that was asked to stop serves on', async () => {
  const server = await TestServer.start({ config: { metricsPort: 0, drainDelayMs: 2_000 } });
  const stopped = server.stop();
  while ((await getStatus(new URL('/readyz', server.url).href)) !== 503);
  expect(await getStatus(server.metricsUrl ?? '')).toBe(200);
  await stopped;
});

test('a port that is taken stops the start, and nothing stays open', async () => {
  const server = await TestServer.start({ config: { metricsPort: 0 } });
  const taken = Number(new URL(server.metricsUrl ?? '').port);
  await expect(TestServer.start({ config: { metricsPort: taken } })).rejects.toThrow('EADDRINUSE');
  await server.stop();
});

test('switched off, they are served nowhere', async () => {
  const server = await TestServer.start({ config: { metrics: false } });
  expect(server.metricsUrl).toBeNull();
  expect(await getStatus(server.url.replace('/graphql', '/metrics'))).toBe(404);
  await server.call('ann', '{ me { id } }');
  await server.stop();
});
