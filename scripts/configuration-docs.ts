import { allSettings, limitSettings, settings } from '../src/config.table';
import type { Setting } from '../src/lib/setting';
import { queryLimitSettings } from '../src/query-limits';

const intro = `<!-- Written by \`npm run generate\` from src/config.table.ts. -->

# Configuration

Amicus is configured by environment variables alone. None is required. An empty value counts as unset; a name that
begins with \`AMICUS_\` and is not in these tables, or a value that does not fit, stops the start with a message that
names every problem.

\`.env.example\` holds every setting with its default. Node reads such a file when it is told to:
\`node --env-file=.env dist/main.js serve\`.
`;

const signing = `## Which tokens are accepted

| AMICUS_JWT_SECRET | AMICUS_JWKS_URL | accepted |
|---|---|---|
| unset | unset | HS256, signed with the secret in \`jwt-secret\` in the data folder; made at first use, readable by its owner only |
| set | unset | HS256, signed with this secret |
| unset | set | RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, signed with a key of the set |
| set | set | nothing: the start is refused |

\`sub\` is the user's id, 1–32 bytes of printable ASCII without blanks; \`role: "admin"\` makes an administrator. The
times \`exp\` and \`nbf\` may be off by \`AMICUS_JWT_CLOCK_SKEW\` seconds. The file's text is the secret itself: a back end that signs
its own tokens with it, or \`AMICUS_JWT_SECRET\` set to it, gives the same signatures.
`;

/** The whole of docs/configuration.md. */
export function toConfigurationPage(): string {
  const limits = '## Limits\n\nWhole numbers from 1 to 2147483647. Bytes are of UTF-8.\n';
  const queryLimits =
    '## Query limits\n\nWhole numbers from 1 to 2147483647. [limits.md](limits.md) says what each counts.\n';
  return [
    intro,
    toTable(Object.values(settings)),
    signing,
    limits,
    toTable(Object.values(limitSettings)),
    queryLimits,
    toTable(Object.values(queryLimitSettings)),
  ].join('\n');
}

/** The whole of .env.example: every setting commented out, with its default. */
export function toEnvExample(): string {
  const entries = allSettings.map((row) => `# ${row.description}\n#${row.name}=${row.default}\n`);
  return `# Written by \`npm run generate\`; see docs/configuration.md. Copy it to .env and change what you need.\n\n${entries.join('\n')}`;
}

function toTable(rows: readonly Setting<unknown>[]): string {
  const lines = rows.map(
    (row) =>
      `| \`${row.name}\` | ${row.default === '' ? 'unset' : `\`${row.default}\``} | ${row.description} |`,
  );
  return `| variable | default | meaning |\n|---|---|---|\n${lines.join('\n')}\n`;
}
