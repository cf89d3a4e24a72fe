import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command line of Amicus, as built. */
export const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Runs a command to its end. Throws when that is none. */
export function runCommand(args, env) {
  execFileSync(process.execPath, [MAIN, ...args], { env, stdio: 'pipe' });
}
