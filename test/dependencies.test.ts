import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDocument, toCodeWords, toTableRows } from './support/markdown';

const manifest = JSON.parse(readDocument('package.json')) as Record<string, Record<string, string>>;
const production = { ...manifest['dependencies'], ...manifest['optionalDependencies'] };

const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
];

interface Component {
  name: string;
  properties: readonly { name: string }[];
  licenses?: readonly { license?: { id?: string; name?: string }; expression?: string }[];
}

test('the list of dependencies has a reason for each', () => {
  const rows = toTableRows(readDocument('docs/dependencies.md'), 'Dependencies');
  expect(rows.map(([name = '']) => toCodeWords(name)[0]).sort()).toEqual(Object.keys(production).sort());
  expect(rows.filter(([, reason = '']) => reason === '')).toEqual([]);
});

test('every version is exact', () => {
  expect(
    Object.entries(production).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
  ).toEqual([]);
});

test('the bill of materials names every dependency, and all licences in it are permissive', () => {
  const json = execFileSync('npm', ['run', '--silent', 'sbom'], {
    cwd: join(__dirname, '..'),
    encoding: 'utf8',
  });
  const components = (JSON.parse(json) as { components: readonly Component[] }).components.filter(
    ({ properties }) => !properties.some(({ name }) => name === 'cdx:npm:package:development'),
  );
  const names = components.map(({ name }) => name);
  expect(Object.keys(production).filter((name) => !names.includes(name))).toEqual([]);
  expect(components.filter((component) => !isPermissive(component)).map(({ name }) => name)).toEqual([]);
});

describe('the audit of known findings', () => {
  const BAD = { id: 1, url: 'https://example.org/1', title: 'Bad', vulnerable_versions: '*' };

  const version = production['ws'] ?? '';
  /** What a registry knows of it, as far as it is asked. */
  const WS = {
    name: 'ws',
    'dist-tags': { latest: version },
    versions: { [version]: { name: 'ws', version } },
  };

  /** Asks a registry that answers so. */
  async function audit(status: number, answer: unknown): Promise<{ exitCode: number; text: string }> {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        const isAudit = request.url?.endsWith('/advisories/bulk') === true;
        const found = isAudit ? answer : request.url === '/ws' ? WS : null;
        response.writeHead(isAudit ? status : found === null ? 404 : 200, {
          'content-type': 'application/json',
        });
        response.end(JSON.stringify(found));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    // Of its own: npm remembers what it heard of a finding.
    const cache = mkdtempSync(join(tmpdir(), 'amicus-npm-'));
    const env = {
      ...process.env,
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: cache,
      npm_config_fetch_retries: '0',
    };
    try {
      return await new Promise((resolve) => {
        const cwd = join(__dirname, '..');
        execFile('npm', ['run', '--silent', 'audit'], { cwd, env }, (error, stdout) => {
          resolve({ exitCode: Number(error?.code ?? 0), text: stdout });
        });
      });
    } finally {
      server.close();
      rmSync(cache, { recursive: true });
    }
  }

  it('fails at what is grave, and at nothing else', async () => {
    const { exitCode, text } = await audit(200, {
      ws: [{ ...BAD, severity: 'high' }],
      graphql: [{ ...BAD, severity: 'moderate' }],
    });
    expect(exitCode).toBe(1);
    expect(text).toContain('ws: high, https://example.org/1\n');
    expect(text).not.toContain('graphql:');
  });

  it('says so where the registry does not answer', async () => {
    const { exitCode, text } = await audit(405, {});
    expect(exitCode).toBe(0);
    expect(text).toContain('nothing was checked');
  });
});

/** Of several licences to choose from, one is enough. */
function isPermissive({ licenses = [] }: Component): boolean {
  return licenses.some(({ license, expression }) => {
    const choices = (expression ?? license?.id ?? license?.name ?? '')
      .replace(/^\((.*)\)$/, '$1')
      .split(' OR ');
    return choices.some((choice) => choice.split(' AND ').every((name) => PERMISSIVE.includes(name)));
  });
}
