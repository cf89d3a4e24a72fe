import type { BusLink, LinkEvents, OpenLink } from '../../src/events/bus-link';

/** A link by hand: the test decides what comes over it, and how long it takes. */
export class HandLink implements BusLink {
  /** What it was given, but for probes, which come back at once. */
  readonly sent: string[] = [];
  isClosed = false;
  /** How `send` ends, of what is no probe; and `close`. */
  sending: Promise<void> = Promise.resolve();
  closing: Promise<void> = Promise.resolve();

  constructor(private readonly events: LinkEvents) {}

  send(texts: readonly string[]): Promise<void> {
    const [text = ''] = texts;
    if (text.includes('probe')) {
      this.say(text);
      return Promise.resolve();
    }
    this.sent.push(...texts);
    return this.sending;
  }

  async close(): Promise<void> {
    await this.closing;
    this.isClosed = true;
  }

  say(text: string): void {
    this.events.onText(text);
  }

  lose(): void {
    this.events.onLost(new Error('The link is lost.'));
  }
}

/** Opens links by hand, one after another. */
export class HandLinks {
  readonly all: HandLink[] = [];
  /** When each attempt was made, in milliseconds. */
  readonly triedAtMs: number[] = [];
  /** How the attempts that follow end; null refuses them. */
  opening: Promise<void> | null = Promise.resolve();

  readonly open: OpenLink = async (events) => {
    this.triedAtMs.push(performance.now());
    if (this.opening === null) throw new Error('Nobody answers.');
    const link = new HandLink(events);
    this.all.push(link);
    await this.opening;
    return link;
  };

  /** The newest. */
  get last(): HandLink {
    const link = this.all.at(-1);
    if (link === undefined) throw new Error('No link was opened.');
    return link;
  }
}

/** A promise that the test ends. */
export function hold(): { held: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  const ends: { resolve: () => void; reject: (error: Error) => void } = {
    resolve: () => undefined,
    reject: () => undefined,
  };
  const held = new Promise<void>((resolve, reject) => {
    ends.resolve = resolve;
    ends.reject = reject;
  });
  return { held, ...ends };
}
