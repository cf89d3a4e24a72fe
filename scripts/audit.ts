import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Of what is installed to serve. Ends with 1 for a known finding that is high or critical, and with 0 where nobody can be asked. */
const GRAVE = ['high', 'critical'];

interface Report {
  vulnerabilities?: Readonly<
    Record<string, { severity: string; via: readonly (string | { url: string })[] }>
  >;
}

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: join(__dirname, '..'),
  encoding: 'utf8',
});
const { vulnerabilities } = readReport(stdout);
if (vulnerabilities === undefined) {
  console.log('The registry does not answer what is known of these packages: nothing was checked.');
} else {
  const grave = Object.entries(vulnerabilities).filter(([, { severity }]) => GRAVE.includes(severity));
  for (const [name, { severity, via }] of grave) {
    const urls = via.map((each) => (typeof each === 'string' ? `by ${each}` : each.url));
    console.log(`${name}: ${severity}, ${urls.join(', ')}`);
  }
  console.log(`${grave.length} known findings that are high or critical.`);
  process.exitCode = grave.length === 0 ? 0 : 1;
}

function readReport(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return {};
  }
}
