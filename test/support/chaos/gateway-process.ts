import { createApp, type App } from '../../../src/app';
import type { Config } from '../../../src/config';
import { plant, type PlantedBug } from './planted-bugs';

/** What the process is told. Its clock is ahead of the machine's by `clockOffsetMs`. */
export type GatewayOrder =
  | { kind: 'start'; config: Config; clockOffsetMs: number; bug: PlantedBug | null }
  | { kind: 'clock'; clockOffsetMs: number }
  | { kind: 'stop' };

/** What it says; the first is `ready` or `failed`. */
export type GatewayNews = { kind: 'ready'; url: string } | { kind: 'failed' | 'problem'; message: string };

/**
 * A real server in a process of its own, for tests that kill it. It takes its orders from the process that forked it
 * and ends with it.
 */
function main(): void {
  let app: App | null = null;
  let offsetMs = 0;
  const tell = (news: GatewayNews): void => void process.send?.(news);

  async function start(config: Config, bug: PlantedBug | null): Promise<void> {
    if (bug !== null) plant(bug);
    app = createApp(config, {
      clock: { now: () => Date.now() + offsetMs },
      // Whatever is not told of at once is not delivered, and shows.
      rereadMs: Infinity,
      onError: (error) => {
        tell({ kind: 'problem', message: toWords(error) });
      },
    });
    tell({ kind: 'ready', url: (await app.start()).url });
  }

  async function obey(order: GatewayOrder): Promise<void> {
    if ('clockOffsetMs' in order) offsetMs = order.clockOffsetMs;
    if (order.kind === 'start') await start(order.config, order.bug);
    if (order.kind === 'stop') await app?.stop().finally(() => process.exit());
  }

  process.on('message', (order: GatewayOrder) => {
    obey(order).catch((error: unknown) => {
      tell({ kind: 'failed', message: String(error) });
    });
  });
  // Without its parent it has nobody to serve.
  process.on('disconnect', () => {
    process.exit();
  });
}

main();

/** Where it came from, of an error that says nothing. */
function toWords(error: unknown): string {
  return error instanceof Error && error.message === '' ? (error.stack ?? error.name) : String(error);
}
