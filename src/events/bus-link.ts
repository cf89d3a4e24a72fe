/** A connection to what carries texts between processes, those of one's own included. */
export interface BusLink {
  /** In this order. Resolves when they are taken over; rejects when some may not be. */
  send(texts: readonly string[]): Promise<void>;
  /** Resolves when the connection is gone. Never rejects; also for a connection that is lost. */
  close(): Promise<void>;
}

export interface LinkEvents {
  onText: (text: string) => void;
  /** The connection is lost. May be called more than once. */
  onLost: (error: unknown) => void;
}

/** Rejects within some seconds when there is nothing to connect to, with nothing left open. */
export type OpenLink = (events: LinkEvents) => Promise<BusLink>;

export interface SessionOptions extends LinkEvents {
  /** Makes the text that this process says to itself. */
  toProbe: () => string;
  probeMs: number;
  /** It is heard by itself: what others send from now on is heard too. At most once. */
  onUp: () => void;
  /** Once, the last that is called. */
  onLost: (error: unknown) => void;
}

/**
 * One connection from its opening to its loss. It is up when it has heard its own probe, and asks again and again: a
 * connection that is deaf, through a network that swallows or a pooler that cannot listen, shows no error by itself.
 */
export class LinkSession {
  isUp = false;
  private link: BusLink | null = null;
  private isLost = false;
  /** The last one. */
  private probe: string | null = null;
  /** Whether it has not been heard yet. */
  private isAsking = false;
  private hasLeft = false;
  private timer: NodeJS.Timeout | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: SessionOptions) {}

  /** Resolves when the connection is open, or lost already. */
  async open(openLink: OpenLink): Promise<void> {
    const lose = this.lose.bind(this);
    try {
      const link = await openLink({ onText: this.hear.bind(this), onLost: lose });
      // Lost or closed while it was opened.
      if (this.isLost) {
        await link.close();
        return;
      }
      this.link = link;
      this.timer = setInterval(this.check.bind(this), this.options.probeMs);
      this.ask();
    } catch (error) {
      lose(error);
    }
  }

  async send(texts: readonly string[]): Promise<void> {
    if (this.link === null) throw new Error('The bus is down.');
    await this.link.send(texts);
  }

  /** As `send`. No probe follows, after which others would wait for the next one. */
  async sendLast(text: string): Promise<void> {
    this.hasLeft = true;
    await this.send([text]);
  }

  /** Gives the connection up for the reason given, as if it had been lost. */
  lose(error: unknown): void {
    if (this.isLost) return;
    void this.close();
    this.options.onLost(error);
  }

  /** Without a word. Resolves when the connection is gone, whoever gave it up. Safe to call twice. */
  close(): Promise<void> {
    this.isUp = false;
    this.isLost = true;
    clearInterval(this.timer);
    this.closing ??= this.link?.close();
    this.link = null;
    return this.closing ?? Promise.resolve();
  }

  private ask(): void {
    this.isAsking = true;
    this.probe = this.options.toProbe();
    this.send([this.probe]).catch(this.lose.bind(this));
  }

  private check(): void {
    if (this.isAsking) this.lose(new Error('The bus is deaf: a message to itself did not come back.'));
    // The last word takes no longer than a probe may.
    else if (this.hasLeft) this.isAsking = true;
    else this.ask();
  }

  private hear(text: string): void {
    if (this.isLost) return;
    if (text !== this.probe) {
      this.options.onText(text);
      return;
    }
    this.isAsking = false;
    if (this.isUp) return;
    this.isUp = true;
    this.options.onUp();
  }
}
