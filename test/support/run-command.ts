import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runProgram } from '../../src/cli/program';

export interface CommandOutcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs one command of the command line in this process, to its end. `input` is what standard input holds, or gives in time. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input: string | Readable = '',
): Promise<CommandOutcome> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const printed = Promise.all([text(stdout), text(stderr)]);
  const waitForStop = (): Promise<void> => Promise.resolve();
  const stdin = typeof input === 'string' ? Readable.from([Buffer.from(input)]) : input;
  const terminal = { env, stdin, stdout, stderr, waitForStop };
  const exitCode = await runProgram(args, terminal);
  stdout.end();
  stderr.end();
  const [out, err] = await printed;
  return { exitCode, stdout: out, stderr: err };
}
