#!/usr/bin/env node
import type * as Program from './cli/program';

// graphql looks at NODE_ENV once, when it is loaded, and with anything but "production" keeps development checks that
// cost a sixth of the throughput. Hence the rest of the program is loaded after this line, and not by an import
// statement: those may be moved up.
process.env['NODE_ENV'] ??= 'production';
const { runProgram } = module.require('./cli/program') as typeof Program;

// npm forwards the Ctrl-C that the terminal has sent to the whole group already: what comes this close to the first
// signal is that one again, not an impatient person.
const ECHO_MS = 250;

function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    let askedAtMs: number | undefined;
    const listen = (signal: NodeJS.Signals, exitCode: number): void => {
      process.on(signal, () => {
        if (askedAtMs !== undefined && performance.now() - askedAtMs > ECHO_MS) process.exit(exitCode);
        askedAtMs ??= performance.now();
        resolve();
      });
    };
    listen('SIGINT', 130);
    listen('SIGTERM', 143);
  });
}

const { env, stdin, stdout, stderr } = process;
void runProgram(process.argv.slice(2), { env, stdin, stdout, stderr, waitForStop }).then((exitCode) => {
  process.exitCode = exitCode;
});
