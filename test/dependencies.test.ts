import { execFileSync } from 'node:child_process';
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

/** Of several licences to choose from, one is enough. */
function isPermissive({ licenses = [] }: Component): boolean {
  return licenses.some(({ license, expression }) => {
    const choices = (expression ?? license?.id ?? license?.name ?? '')
      .replace(/^\((.*)\)$/, '$1')
      .split(' OR ');
    return choices.some((choice) => choice.split(' AND ').every((name) => PERMISSIVE.includes(name)));
  });
}
