import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { RUN_TYPESCRIPT } from './support/run-typescript';

let folder: string;
let server: ChildProcess | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amicus-test-'));
});
afterEach(async () => {
  server?.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** The packages in the memory of a server that has started with these settings. */
async function loadPackages(settings: Record<string, string>): Promise<string[]> {
  const preloaded = [...RUN_TYPESCRIPT, '-r', join(__dirname, 'support/tell-modules.ts')];
  const started = spawn(process.execPath, [...preloaded, join(__dirname, '../src/main.ts'), 'serve'], {
    cwd: join(__dirname, '..'),
    env: { PATH: process.env['PATH'], AMICUS_DATA_DIR: folder, AMICUS_PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = started;
  const exited = once(started, 'exit');
  const lines = createInterface({ input: started.stdout });
  let packages: string[] = [];
  for await (const line of lines) {
    if (line.startsWith('Amicus is ready')) started.kill('SIGUSR2');
    if (!line.startsWith('modules ')) continue;
    packages = JSON.parse(line.slice('modules '.length)) as string[];
    started.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
  return packages;
}

test.each([
  [false, 'without', {}],
  [true, 'with', { AMICUS_REDIS_URL: 'redis://127.0.0.1:9', AMICUS_LOG_LEVEL: 'silent' }],
])('the client of Redis is in memory: %s, %s one', async (isLoaded, _what, settings) => {
  expect((await loadPackages(settings)).includes('@redis/client')).toBe(isLoaded);
});

const isOtel = (name: string): boolean => name.startsWith('@opentelemetry/');

test('without a collector the SDK of OpenTelemetry is not in memory', async () => {
  const packages = await loadPackages({});
  expect(packages).toContain('graphql');
  // prom-client loads the API, for exemplars.
  expect(packages.filter(isOtel)).toEqual(['@opentelemetry/api']);
});

test('with one it is', async () => {
  const packages = await loadPackages({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  expect(packages.filter(isOtel)).toContain('@opentelemetry/sdk-trace-node');
});
