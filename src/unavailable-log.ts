import type { Logger } from 'pino';
import type { DatabaseUnavailableError } from './database/unavailable';

const PAUSE_MS = 1_000;

/** Tells that the database is missed: at most once a second, however many calls fail for it, and without their stacks. */
export class UnavailableLog {
  private nextAtMs = -Infinity;
  private failures = 0;

  constructor(private readonly logger: Logger) {}

  tell({ name, message, cause }: DatabaseUnavailableError): void {
    this.failures += 1;
    const nowMs = performance.now();
    if (nowMs < this.nextAtMs) return;
    this.nextAtMs = nowMs + PAUSE_MS;
    const reason = cause instanceof Error ? `${message} (${cause.message})` : message;
    this.logger.warn({ type: name, reason, failures: this.failures }, 'the database cannot be reached');
    this.failures = 0;
  }
}
