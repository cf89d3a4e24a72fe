import { createApp } from '../../src/app';
import { loadConfig } from '../../src/config';

/**
 * A process of its own for tests: the real server, with the settings of the environment, which ends itself by SIGKILL
 * at a statement of the job that tells owners of a changed profile. Argument 1 says at which, counted from the first one
 * on the job's table; argument 2 whether "before" the statement is sent, or "after". Sends its URL to its parent.
 */
async function main(dieAt: number, moment: 'before' | 'after'): Promise<void> {
  let statements = 0;
  const die = (): void => {
    process.kill(process.pid, 'SIGKILL');
  };
  const app = createApp(loadConfig(process.env), {
    onStatement: (sql) => {
      // What trims old streams in the background also reads; it alone looks at both ends of a stream.
      if (sql.includes('head') && sql.includes('floor')) return;
      if (statements === 0 && !sql.includes('profile_fanout')) return;
      if (++statements < dieAt) return;
      if (moment === 'before') die();
      else setImmediate(die);
    },
  });
  const { url } = await app.start();
  process.send?.(url);
}

void main(Number(process.argv[2]), process.argv[3] as 'before' | 'after');
