/**
 * Amicus as `amicus serve` makes it, from its built code and with its settings in the environment; besides, it counts
 * its SQL statements.
 */
import { env } from 'node:process';
import { answerParent, markCommit, selfReport } from '../control.mjs';
import { createApp } from '../../dist/app.js';
import { loadConfig } from '../../dist/config.js';

let statements = 0;
const app = createApp(loadConfig(env), {
  onStatement: (sql) => {
    statements++;
    // Before it runs: what the commit takes is counted, too.
    if (sql === 'COMMIT') markCommit();
  },
});
const { port, pathname } = new URL((await app.start()).url);
answerParent(
  { ...selfReport, statements: () => statements },
  {
    port: Number(port),
    path: pathname,
    changePath: pathname,
  },
);
