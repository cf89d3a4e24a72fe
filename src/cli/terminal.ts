import type { Readable, Writable } from 'node:stream';

/** What a command has of its process; nothing else in `cli` touches it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  /** What was asked for: a token, a count, the address of the server. */
  readonly stdout: Writable;
  /** Everything else; `isTTY` when a person looks at it. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /**
   * Resolves when the process is asked to stop, from this call on; asked again, it ends at once. Without this call
   * it ends at once the first time.
   */
  waitForStop(): Promise<void>;
}
