import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { toConfigurationPage, toEnvExample } from '../scripts/configuration-docs';
import { loadConfig } from '../src/config';
import { allSettings } from '../src/config.table';

const read = (path: string): string => readFileSync(join(__dirname, '..', path), 'utf8');

test('the manual and the example hold what the table says', () => {
  expect(read('docs/configuration.md')).toBe(toConfigurationPage());
  expect(read('.env.example')).toBe(toEnvExample());
});

test('the example changes nothing as it is, and nothing when every line is uncommented', () => {
  const example = read('.env.example');
  expect(parseEnv(example)).toEqual({});
  const uncommented = parseEnv(example.replaceAll(/^#(?=\w+=)/gm, '')) as Record<string, string>;
  expect(Object.keys(uncommented).sort()).toEqual(allSettings.map((row) => row.name).sort());
  expect(loadConfig(uncommented)).toEqual(loadConfig({}));
});
