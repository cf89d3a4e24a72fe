import { setTimeout as pass } from 'node:timers/promises';
import { createApp } from '../../../src/app';
import { loadConfig } from '../../../src/config';

/** What the process says: its URL first, then bytes of the heap each time that it is asked. */
export interface FuzzNews {
  url?: string;
  heapBytes?: number;
}

const TURNS = 5;

/** The real server in a process of its own, with the settings of its environment, that tells how large its heap is. */
async function main(): Promise<void> {
  const tell = (news: FuzzNews): void => void process.send?.(news);
  process.on(
    'message',
    () =>
      void measure().then((heapBytes) => {
        tell({ heapBytes });
      }),
  );
  process.on('disconnect', () => process.exit());
  const { url } = await createApp(loadConfig(process.env)).start();
  tell({ url });
}

/** When all that can be freed is. */
async function measure(): Promise<number> {
  for (let turn = 0; turn < TURNS; turn++) {
    globalThis.gc?.();
    await pass(20);
  }
  return process.memoryUsage().heapUsed;
}

void main();
