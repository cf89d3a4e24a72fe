/**
 * Amicus as `amicus serve` makes it, from its built code and with its settings in the environment; besides, it counts
 * its SQL statements.
 */
import { Session } from 'node:inspector/promises';
import { env } from 'node:process';
import { Registry } from 'prom-client';
import { answerParent, markAppend, markCommit, markWritten, selfReport } from '../control.mjs';
import { createApp } from '../../dist/app.js';
import { loadConfig } from '../../dist/config.js';
import { keepGarbageYoung } from '../../dist/lib/young-garbage.js';
import { watchServices } from '../../dist/transport/observed-services.js';

let statements = 0;
let isTelling = false;
keepGarbageYoung();
/** As the server watches them for its metrics. */
const { watchStatement } = watchServices(new Registry(), null, 'sqlite');
const app = createApp(loadConfig(env), {
  onStatement: (sql) => {
    statements++;
    // The events of all who have the star in their list.
    if (/^INSERT OR ROLLBACK INTO event\b/.test(sql) && sql.includes('AS told')) isTelling = true;
    if (sql !== 'COMMIT') return;
    markCommit();
    if (isTelling) markAppend();
  },
  watchStatement: (sql) => {
    const end = watchStatement(sql);
    if (sql !== 'COMMIT') return end;
    return (error) => {
      if (isTelling) markWritten();
      isTelling = false;
      end(error);
    };
  },
});
const inspector = new Session();
const profile = {
  startProfile: async () => {
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.setSamplingInterval', { interval: 250 });
    await inspector.post('Profiler.start');
  },
  /** As the inspector gives it. */
  stopProfile: async () => {
    const { profile: taken } = await inspector.post('Profiler.stop');
    inspector.disconnect();
    return taken;
  },
};

const { port, pathname } = new URL((await app.start()).url);
answerParent(
  { ...selfReport, ...profile, statements: () => statements },
  {
    port: Number(port),
    path: pathname,
    changePath: pathname,
  },
);
