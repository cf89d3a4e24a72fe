import { createApp } from '../app';
import { loadConfig } from '../config';
import { keepGarbageYoung } from '../lib/young-garbage';
import type { Terminal } from './terminal';

/** Runs the server until the process is asked to stop, then resolves once it has stopped. Rejects when it cannot start. */
export async function serve(terminal: Terminal): Promise<void> {
  keepGarbageYoung();
  const app = createApp(loadConfig(terminal.env));
  // Asked before the start, so that a signal during it stops the app in order as soon as it stands.
  const stopAsked = terminal.waitForStop();
  const { url } = await app.start();
  terminal.stdout.write(`Amicus is ready at ${url}\n`);
  await stopAsked;
  await app.stop();
}
