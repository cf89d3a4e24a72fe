import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../src/graphql/schema';
import { toConfigurationPage, toEnvExample } from './configuration-docs';

// Every file that is derived from the code. `npm run check` fails when one of them differs from what is written here.
const derived: Readonly<Record<string, string>> = {
  'docs/configuration.md': toConfigurationPage(),
  '.env.example': toEnvExample(),
  // Sorted, so that moving a class changes nothing.
  'schema.graphql': `${printSchema(lexicographicSortSchema(createSchema([])))}\n`,
};

for (const [path, text] of Object.entries(derived)) writeFileSync(join(__dirname, '..', path), text);
