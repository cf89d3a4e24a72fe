import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findFreePort } from './support/redis-server';
import { RUN_TYPESCRIPT } from './support/run-typescript';

let folder: string;
let processes: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'amicus-'));
  processes = [];
});
afterEach(() => {
  // Has no effect on those that have ended: all, unless a check failed.
  for (const started of processes) started.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** The program as a process of its own, with no setting but its folder and a free port. */
function start(args: string[], more: Record<string, string> = {}): ChildProcess {
  const main = join(__dirname, '../src/main.ts');
  const settings = { AMICUS_DATA_DIR: folder, AMICUS_PORT: '0', AMICUS_LOG_LEVEL: 'silent', ...more };
  const started = spawn(process.execPath, [...RUN_TYPESCRIPT, main, ...args], {
    cwd: join(__dirname, '..'),
    env: { PATH: process.env['PATH'], ...settings },
  });
  processes.push(started);
  return started;
}

/** What the server prints first, when it is ready; what it says of its failure when it cannot start. */
async function readFirstLine({ stdout, stderr }: ChildProcess): Promise<string> {
  if (stdout === null || stderr === null) throw new Error('the process has no output');
  const [printed] = (await Promise.race([once(stdout, 'data'), once(stderr, 'data')])) as [Buffer];
  return printed.toString();
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops the server in order, and the folder is free',
  async (signal) => {
    for (let round = 0; round < 2; round++) {
      const server = start(['serve']);
      const exited = once(server, 'exit');
      expect(await readFirstLine(server)).toContain('Amicus is ready at http://127.0.0.1:');
      server.kill(signal);
      expect(await exited).toEqual([0, null]);
    }
  },
);

test('a failed start ends the process with code 1 and one line', async () => {
  const server = start(['serve']);
  const exited = once(server, 'exit');
  await readFirstLine(server);
  const second = start(['serve']);
  const secondExited = once(second, 'exit');
  expect(second.stderr && (await text(second.stderr))).toMatch(/^amicus: .*in use.*\n$/);
  expect(await secondExited).toEqual([1, null]);
  server.kill('SIGTERM');
  await exited;
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s again, while a request is under way, ends the server at once with code %i',
  async (signal, code) => {
    const server = start(['serve']);
    const exited = once(server, 'exit');
    const port = Number(new URL((await readFirstLine(server)).trim().split(' ').at(-1) ?? '').port);
    const client = connect(port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write(
      'POST /graphql HTTP/1.1\r\nHost: amicus\r\nContent-Type: application/json\r\nContent-Length: 9\r\n',
    );
    client.write('Expect: 100-continue\r\n\r\n');
    // The server asks for the body, so it has the request; the body never comes.
    await once(client, 'data');
    // A signal that follows the first at once counts as the same one: this sends it until it counts as another.
    const sending = setInterval(() => server.kill(signal), 100);
    const outcome = await exited;
    clearInterval(sending);
    client.destroy();
    expect(outcome).toEqual([code, null]);
  },
);

test('a WebSocket that comes while the server stops is sent away, and does not keep the process', async () => {
  const server = start(['serve']);
  const exited = once(server, 'exit');
  const { port } = new URL((await readFirstLine(server)).trim().split(' ').at(-1) ?? '');
  const client = connect(Number(port), '127.0.0.1');
  client.write('POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\nGET /graphql HTTP/1.1\r\n');
  // Of the second request the server has heard by then.
  await once(client, 'data');
  server.kill('SIGTERM');
  while (await isListening(Number(port)));
  client.write(
    'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  expect(await text(client)).toMatch(/^HTTP\/1\.1 503 /);
  expect(await exited).toEqual([0, null]);
});

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1');
    probe.on('error', () => {
      resolve(false);
    });
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
  });
}

test('a server whose log nobody reads any more serves on', async () => {
  const server = start(['serve'], { AMICUS_LOG_LEVEL: 'info', AMICUS_LOG_REQUESTS: 'true' });
  const exited = once(server, 'exit');
  const lines = server.stdout?.iterator({ destroyOnReturn: false });
  const { value } = (await lines?.next()) as { value: Buffer };
  const url = value.toString().trim().split(' ').at(-1) ?? '';
  server.stderr?.destroy();
  // Each is told of in the log, and the first failure shows by the second line.
  for (let request = 0; request < 5; request++) expect((await fetch(url)).status).toBe(401);
  server.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

test('a server serves on when nobody reads where it is', async () => {
  const port = await findFreePort();
  const server = start(['serve'], { AMICUS_PORT: String(port) });
  const exited = once(server, 'exit');
  server.stdout?.destroy();
  const isReady = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) expect(server.exitCode).toBeNull();
  for (let request = 0; request < 5; request++) expect(await isReady()).toBe(true);
  server.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

test.each([[['token', 'ann']], [['revocations']]])(
  'a command whose answer nobody reads says so (%j)',
  async (args) => {
    for (const before of [['migrate'], ['revoke', 'bob']])
      expect(await once(start(before), 'exit')).toEqual([0, null]);
    const command = start(args);
    const exited = once(command, 'exit');
    command.stdout?.destroy();
    expect(command.stderr && (await text(command.stderr))).toBe('amicus: write EPIPE\n');
    expect(await exited).toEqual([1, null]);
  },
);
