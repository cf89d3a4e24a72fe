import { randomBytes } from 'node:crypto';
import type { Bus, EdgeHint } from './bus';
import { LinkKeeper } from './bus-keeper';
import type { OpenLink } from './bus-link';
import { BusListeners } from './bus-listeners';
import { parseBusText, toWordText, type BusMessage } from './bus-message';
import { BusOutbox } from './bus-outbox';
import { BusPeers } from './bus-peers';
import type { Hint } from './friendship-event';

/** How long what is published is held back, so that it goes out together with what follows it. */
const GATHER_MS = 2;
/** How often the bus asks itself whether it hears; it is found deaf after at most twice as long. */
const PROBE_MS = 5_000;

export interface NodesBusOptions {
  open: OpenLink;
  /** The longest text that the transport takes. */
  maxBytes: number;
  /** Gets why the bus went down, and what listeners throw. */
  onError: (error: unknown) => void;
  /** Told when it is up again after it was down. */
  onUp?: (() => void) | undefined;
  probeMs?: number;
}

/**
 * The bus of many processes, over any transport that gives each text to all of them. Bounded: while it is down
 * nothing is kept, and the others are told so when it comes back. Whoever comes back was away, and is told of a gap.
 */
export class NodesBus implements Bus {
  private readonly nodeID = randomBytes(6).toString('hex');
  private readonly listeners: BusListeners;
  private readonly outbox = new BusOutbox();
  private readonly keeper: LinkKeeper;
  private readonly peers: BusPeers;
  private readonly looking: NodeJS.Timeout;
  /** Whether others could not be told of something. */
  private hasMissed = false;
  private wasDown = false;
  /** How many texts were given to the transport, but for the words to which this number is added. */
  private sent = 0;
  private sending: Promise<void> | null = null;
  private isStopped = false;

  constructor(private readonly options: NodesBusOptions) {
    const { open, onError, probeMs = PROBE_MS } = options;
    this.listeners = new BusListeners(onError);
    this.peers = new BusPeers(probeMs);
    this.looking = setInterval(() => {
      this.peers.look(performance.now());
    }, probeMs);
    this.keeper = new LinkKeeper({
      open,
      toProbe: () => toWordText(this.nodeID, 'probe', this.sent),
      probeMs,
      onText: this.hear.bind(this),
      onUp: this.comeBack.bind(this),
      onDown: this.giveUp.bind(this),
      onError,
    });
  }

  /** Resolves when the bus is up, or when the first attempt has failed: it comes up by itself then. */
  start(): Promise<void> {
    return this.keeper.start();
  }

  get isUp(): boolean {
    return this.keeper.isUp;
  }

  get hearsAll(): boolean {
    return this.peers.areHeard;
  }

  publish(hints: readonly Hint[]): void {
    this.listeners.tellHints(hints);
    if (hints.length > 0 && this.canSend()) this.outbox.addHints(hints);
    this.wake();
  }

  publishEdges(edges: readonly EdgeHint[]): void {
    if (edges.length > 0 && this.canSend()) this.outbox.addEdges(edges);
    this.wake();
  }

  publishGap(): void {
    this.listeners.tellGap();
    if (this.canSend()) this.outbox.addGap();
    this.wake();
  }

  subscribe(onHints: (hints: readonly Hint[]) => void, onGap?: () => void): () => void {
    return this.listeners.addHints(onHints, onGap);
  }

  subscribeEdges(onEdges: (edges: readonly EdgeHint[]) => void): () => void {
    return this.listeners.addEdges(onEdges);
  }

  async stop(): Promise<void> {
    if (this.isStopped) return this.keeper.stop();
    this.isStopped = true;
    clearInterval(this.looking);
    await this.sending;
    // Others need not wait for what is not coming; who cannot be told finds out.
    await this.keeper.stop(toWordText(this.nodeID, 'bye', this.sent));
  }

  private canSend(): boolean {
    if (!this.isUp) this.hasMissed = true;
    return this.isUp && !this.isStopped;
  }

  private wake(): void {
    if (this.sending === null && !this.outbox.isEmpty) this.sending = this.sendAll();
  }

  private async sendAll(): Promise<void> {
    try {
      // What comes while one list is under way goes into the next.
      while (!this.outbox.isEmpty) {
        await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
        const texts = this.outbox.take(this.nodeID, this.options.maxBytes);
        this.sent += texts.length;
        await this.keeper.send(texts);
      }
    } catch {
      // Why is told where the connection is kept, which may be up again by now.
      if (this.isUp) this.outbox.addGap();
      else this.hasMissed = true;
    } finally {
      this.sending = null;
    }
    this.wake();
  }

  private giveUp(): void {
    this.wasDown = true;
    if (!this.outbox.isEmpty) this.hasMissed = true;
    this.outbox.clear();
  }

  private comeBack(): void {
    if (this.hasMissed) this.outbox.addGap();
    this.hasMissed = false;
    this.peers.forgetCounts(performance.now());
    this.listeners.tellGap();
    this.wake();
    if (this.wasDown) this.options.onUp?.();
    this.wasDown = false;
  }

  private hear(text: string): void {
    const heard = parseBusText(text);
    if (heard === null || heard.nodeID === this.nodeID) return;
    const { nodeID, message } = heard;
    let mayHaveMissed = this.peers.hear(nodeID, performance.now());
    if (message === null || !('sent' in message)) this.peers.countText(nodeID);
    else if (message.sent !== null && this.peers.hasMissed(nodeID, message.sent)) mayHaveMissed = true;
    if (message?.kind === 'bye') this.peers.leave(nodeID);
    if (mayHaveMissed) this.listeners.tellGap();
    if (message !== null) this.tell(message);
  }

  private tell(message: BusMessage): void {
    switch (message.kind) {
      case 'hints':
        this.listeners.tellHints(message.hints);
        return;
      case 'edges':
        this.listeners.tellEdges(message.edges);
        return;
      case 'gap':
        this.listeners.tellGap();
        return;
      case 'probe':
      case 'bye':
        return;
      default:
        message satisfies never;
    }
  }
}
