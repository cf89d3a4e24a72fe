import { type Clock, systemClock } from '../lib/clock';
import { toCount } from '../lib/count';
import type { Terminal } from './terminal';

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5000;
const BAR_WIDTH = 24;

/**
 * Shows on standard error how far a file was read or written: one bar that is redrawn where a person looks on, a plain
 * line every five seconds elsewhere. It has no timer: time is looked at when there is something new to tell.
 */
export class Progress {
  #shownAtMs: number;
  #isBarShown = false;

  /**
   * @param total - how far it goes, in bytes or whatever `done` is told in; null when unknown, as for a pipe: then no
   *   share is shown
   * @param unit - what is counted, in the singular
   */
  constructor(
    private readonly stderr: Terminal['stderr'],
    private readonly label: string,
    private readonly total: number | null,
    private readonly clock: Clock = systemClock,
    private readonly unit = 'line',
  ) {
    this.#shownAtMs = clock.now();
  }

  update(count: number, done: number): void {
    const interval = this.stderr.isTTY === true ? REDRAW_MS : PLAIN_LINE_MS;
    if (this.clock.now() - this.#shownAtMs >= interval) this.#show(count, done);
  }

  /** Shows the final state. */
  end(count: number, done: number): void {
    this.#show(count, done);
    this.leave();
  }

  /** Writes a line of its own; the bar comes back below it. */
  note(text: string): void {
    this.stderr.write(`${this.#isBarShown ? '\r\x1b[K' : ''}${text}\n`);
    this.#isBarShown = false;
  }

  /** Leaves the bar as it stands, so that others can write below it. Safe to call twice. */
  leave(): void {
    if (this.#isBarShown) this.stderr.write('\n');
    this.#isBarShown = false;
  }

  #show(count: number, done: number): void {
    this.#shownAtMs = this.clock.now();
    const share = this.total === null ? null : Math.min(1, done / Math.max(1, this.total));
    const percent = share === null ? '' : `${Math.floor(share * 100)}%`;
    const counted = toCount(count, this.unit);
    if (this.stderr.isTTY !== true) {
      this.stderr.write(`${this.label}: ${counted}${percent === '' ? '' : `, ${percent}`}\n`);
      return;
    }
    const full = Math.round((share ?? 0) * BAR_WIDTH);
    const bar =
      share === null ? '' : `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}] ${percent.padStart(4)}  `;
    const text = `${bar}${counted}  ${this.label}`;
    // A line that wraps could not be redrawn.
    this.stderr.write(`\r${text.slice(0, (this.stderr.columns ?? 80) - 1)}\x1b[K`);
    this.#isBarShown = true;
  }
}
