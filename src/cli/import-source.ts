import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { findErrorCode } from '../lib/system-error';
import { CommandError } from './failure';

/** Where an import reads from. */
export interface ImportSource {
  /** What stands before the line number in messages. */
  readonly label: string;
  /** Null when it is not known beforehand. */
  readonly sizeBytes: number | null;
  /**
   * The bytes from the beginning. A file can be opened again; standard input cannot, and the second call throws a
   * CommandError.
   */
  open(): Readable;
}

/** The bytes of a source, with how many of them were taken so far. */
export class CountedBytes implements AsyncIterable<Uint8Array> {
  count = 0;

  constructor(private readonly stream: AsyncIterable<Uint8Array>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.stream) {
      this.count += chunk.length;
      yield chunk;
    }
  }
}

/** Checks that there is something to read. @param path - `-` for standard input */
export async function loadImportSource(path: string, stdin: Readable): Promise<ImportSource> {
  if (path === '-') return toStandardInput(stdin);
  const stats = await stat(path).catch((error: unknown) => {
    throw new CommandError(`cannot read ${path}: ${toReason(error)}`);
  });
  if (stats.isDirectory()) throw new CommandError(`cannot read ${path}: it is a folder`);
  return { label: path, sizeBytes: stats.isFile() ? stats.size : null, open: () => createReadStream(path) };
}

function toStandardInput(stdin: Readable): ImportSource {
  let isTaken = false;
  const open = (): Readable => {
    if (isTaken) throw new CommandError('standard input cannot be read again; give a file');
    isTaken = true;
    return stdin;
  };
  return { label: 'stdin', sizeBytes: null, open };
}

function toReason(error: unknown): string {
  const code = findErrorCode(error);
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}
