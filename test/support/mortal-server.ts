import { writeSync } from 'node:fs';
import { createApp } from '../../src/app';
import { loadConfig } from '../../src/config';

/** Where the parent is told that the process is about to end or stop, and then that it goes on. */
const TELL = 4;

/**
 * A process of its own for tests: the real server, with the settings of the environment, which ends itself by SIGKILL,
 * or stops by SIGSTOP, at a statement of the job that tells owners of a changed profile. Argument 1 says at which,
 * counted from the first one on the job's table, or how it begins; argument 2 whether "before" the statement is sent, or "after";
 * argument 3 which signal. Sends its URL to its parent.
 */
async function main(dieAt: string, moment: 'before' | 'after', signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
  let statements = 0;
  let isOver = false;
  const die = (): void => {
    writeSync(TELL, signal);
    process.kill(process.pid, signal);
    setImmediate(() => writeSync(TELL, 'SIGCONT'));
  };
  const app = createApp(loadConfig(process.env), {
    onStatement: (sql) => {
      // What trims old streams and requests in the background also reads; it alone looks at both ends of a stream.
      if ((sql.includes('head') && sql.includes('floor')) || sql.includes('application_rate')) return;
      if (statements === 0 && !sql.includes('profile_fanout')) return;
      statements++;
      const isDue = /^\d+$/.test(dieAt) ? statements >= Number(dieAt) : sql.startsWith(dieAt);
      // It stops once.
      if (!isDue || isOver) return;
      isOver = true;
      if (moment === 'before') die();
      else setImmediate(die);
    },
  });
  const { url } = await app.start();
  process.send?.(url);
}

const [, , at, moment, signal] = process.argv;
void main(at ?? '', moment as 'before' | 'after', signal as 'SIGKILL' | 'SIGSTOP');
