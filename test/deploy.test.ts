import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { ConfigMap, Secret, Service } from 'kubernetes-models/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../src/config';
import { allSettings } from '../src/config.table';
import { readDocument } from './support/markdown';
import { TestServer } from './support/server';

// What is deployed cannot be run here: it is linted, and held to what the server knows.

type Values = Readonly<Record<string, string>>;

const root = join(__dirname, '..');

/** The settings are ones that there are, and the server would start with them. */
function expectSettings(values: Values): void {
  const names = allSettings.map(({ name }) => name);
  const given = Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('AMICUS_')));
  expect(Object.keys(given).filter((name) => !names.includes(name))).toEqual([]);
  expect(() => loadConfig(given)).not.toThrow();
}

describe('the Dockerfile', () => {
  const text = readDocument('deploy/Dockerfile');
  const lines = text.split('\n');

  it('has no fault that the linter finds', () => {
    expect(validate(text)).toEqual([]);
  });

  it('copies files that are there, and that are let into the build', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied).toContain('src');
    for (const path of copied) expect(existsSync(join(root, path))).toBe(true);
    const letIn = readDocument('deploy/Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect([...new Set(copied)].sort()).toEqual(letIn.map((line) => line.slice(1)).sort());
  });

  it('gives settings that the server knows, and does not run as root', () => {
    const pairs = lines.flatMap((line) => [...line.matchAll(/^ENV (\w+)=(\S+)$/g)]);
    expect(pairs.length).toBeGreaterThan(3);
    expectSettings(Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value])));
    expect(lines.filter((line) => line.startsWith('USER'))).toEqual(['USER node']);
  });
});

describe('the Compose file', () => {
  interface ComposeService {
    environment?: Values;
    command?: readonly string[];
    depends_on?: Readonly<Record<string, unknown>>;
    deploy?: { replicas: number };
  }
  const { services } = parse(readDocument('deploy/compose.yaml'), { merge: true }) as {
    services: Readonly<Record<string, ComposeService>>;
  };

  it('starts two gateways behind a migrated database', () => {
    expect(Object.keys(services)).toEqual(['migrate', 'gateway', 'postgres', 'redis']);
    expect(services['migrate']?.command).toEqual(['migrate']);
    expect(services['gateway']).toMatchObject({
      deploy: { replicas: 2 },
      depends_on: { migrate: { condition: 'service_completed_successfully' } },
    });
  });

  it('waits only for what it starts', () => {
    const waitedFor = Object.values(services).flatMap((service) => Object.keys(service.depends_on ?? {}));
    expect(waitedFor.filter((name) => !(name in services))).toEqual([]);
  });

  it('gives settings that the server knows, and no secret', () => {
    const environment = services['gateway']?.environment ?? {};
    // It stands behind a load balancer, by whose one address all users would be limited together.
    expect(environment['AMICUS_TRUSTED_PROXIES']).toBe('1');
    const SECRET = 'a secret of at least thirty-two bytes';
    expectSettings(
      Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:\?.*\}/, SECRET)]),
      ),
    );
    expect(environment['AMICUS_JWT_SECRET']).toMatch(/^\$\{AMICUS_JWT_SECRET:\?/);
    expect(environment['AMICUS_DATABASE_URL']).toContain('${POSTGRES_PASSWORD:?');
  });
});

describe('the Kubernetes manifests', () => {
  const kinds = { ConfigMap, Deployment, PodDisruptionBudget, Secret, Service };
  const read = (name: string) =>
    parseAllDocuments(readDocument(`deploy/kubernetes/${name}.yaml`)).map((document) => {
      expect(document.errors).toEqual([]);
      const manifest = document.toJS() as { kind: keyof typeof kinds };
      return new kinds[manifest.kind](manifest as never);
    });
  const manifests = [...read('secret.example'), ...read('amicus')];
  const find = <Kind>(type: new (...given: never[]) => Kind): Kind => {
    const found = manifests.find((manifest) => manifest instanceof type);
    if (found === undefined) throw new Error(`There is no ${type.name}.`);
    return found as Kind;
  };

  it('are valid', () => {
    expect(manifests.map((manifest) => manifest.kind)).toEqual([
      'Secret',
      'ConfigMap',
      'Service',
      'PodDisruptionBudget',
      'Deployment',
    ]);
    for (const manifest of manifests) expect(manifest.validate.bind(manifest)).not.toThrow();
  });

  it('give settings that the server knows', () => {
    expectSettings({ ...find(Secret).stringData, ...find(ConfigMap).data });
    expect(find(ConfigMap).data).toMatchObject({ AMICUS_TRUSTED_PROXIES: '1' });
  });

  it('probe what the server answers', async () => {
    const [gateway] = find(Deployment).spec?.template.spec?.containers ?? [];
    const probes = [gateway?.startupProbe, gateway?.livenessProbe, gateway?.readinessProbe];
    const paths = probes.map((probe) => probe?.httpGet?.path ?? '');
    expect(paths).toEqual(['/livez', '/livez', '/readyz']);
    const server = await TestServer.start();
    try {
      for (const path of paths) expect(await fetch(new URL(path, server.url))).toMatchObject({ status: 200 });
    } finally {
      await server.stop();
    }
  });
});

describe('the systemd unit', () => {
  const path = join(root, 'deploy/amicus.service');
  const hasSystemd = existsSync('/usr/bin/systemd-analyze');
  const whenSystemd = hasSystemd ? it : it.skip;

  whenSystemd('is what systemd takes', () => {
    const complaints = execFileSync('systemd-analyze', ['verify', path], { encoding: 'utf8', stdio: 'pipe' });
    expect(complaints).toBe('');
  });

  it('kills the server for no system call, and lets V8 protect its memory', () => {
    const lines = readDocument('deploy/amicus.service').split('\n');
    expect(lines).toContain('SystemCallErrorNumber=EPERM');
    expect(lines).toContain('SystemCallFilter=@system-service @pkey');
  });

  it('gives settings that the server knows', () => {
    const [, values = ''] = /^Environment=(.*)$/m.exec(readDocument('deploy/amicus.service')) ?? [];
    expect(values).toContain('AMICUS_DATA_DIR=/var/lib/amicus');
    expectSettings(Object.fromEntries(values.split(' ').map((pair) => pair.split('=') as [string, string])));
  });
});
