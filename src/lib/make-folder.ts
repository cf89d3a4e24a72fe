import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { findErrorCode } from './system-error';

/**
 * Makes the folder, and those above it, when missing; readable by its owner only. Not by Node's own `recursive`, which
 * goes on for ever where none can be made in one that is there, as in /proc.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (isFolder(path)) return;
    const parent = dirname(path);
    if (findErrorCode(error) !== 'ENOENT' || isFolder(parent)) throw error;
    makeFolder(parent);
    makeFolder(path);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
