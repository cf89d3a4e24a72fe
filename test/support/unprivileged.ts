import { execFileSync } from 'node:child_process';

/** PostgreSQL and PgBouncer refuse to run as root: whom to be instead, as `spawn` takes it. */
export function toUnprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const ask = (option: string): number => Number(execFileSync('id', [option, 'nobody']).toString());
  return { uid: ask('-u'), gid: ask('-g') };
}
