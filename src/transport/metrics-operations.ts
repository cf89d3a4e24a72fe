import { Kind, parse } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { WatchedOperation } from '../graphql/watched-operation';
import { BoundedLabels } from './bounded-labels';

/** How many names of operations are told apart, besides those of trusted documents: the first, a few of each user. */
export const MAX_OPERATION_NAMES = 100;
const MAX_CODES = 50;
/** What this server closes with, and what its clients commonly do: a client may send any number. */
const CLOSE_CODES = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1013].concat(
  Object.values(CloseCode).filter((code) => typeof code === 'number'),
);
/** In seconds: a request that is answered from memory takes a part of a millisecond. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How many operations there were, of what kind and outcome, and how long they took. */
export class OperationMetrics {
  private readonly names: BoundedLabels;
  private readonly codes = new BoundedLabels(MAX_CODES);
  private readonly count: Counter;
  private readonly duration: Histogram;
  private readonly closes: Counter;
  private readonly closeCodes = new BoundedLabels(0, CLOSE_CODES.map(String));

  /** `trusted` are documents whose operations are always told apart. */
  constructor(register: Registry, trusted: Iterable<string>) {
    const registers = [register];
    this.names = new BoundedLabels(MAX_OPERATION_NAMES, findNames(trusted));
    this.count = new Counter({
      name: 'amicus_operations_total',
      help: 'GraphQL operations, by door, kind, name and outcome; a subscription counts when it is opened.',
      labelNames: ['door', 'kind', 'operation', 'code'],
      registers,
    });
    this.duration = new Histogram({
      name: 'amicus_operation_duration_seconds',
      help: 'How long operations took until they were answered; subscriptions until they were opened.',
      labelNames: ['door', 'kind', 'operation'],
      buckets: BUCKETS,
      registers,
    });
    this.closes = new Counter({
      name: 'amicus_websocket_closes_total',
      help: 'WebSocket connections that have ended, by close code.',
      labelNames: ['code'],
      registers,
    });
  }

  observe({ door, kind, name, code, userID }: WatchedOperation, seconds: number): void {
    const operation = name === null ? '' : this.names.toLabel(name, userID);
    this.count.inc({ door, kind, operation, code: this.codes.toLabel(code ?? 'UNKNOWN') });
    this.duration.observe({ door, kind, operation }, seconds);
  }

  observeClose(code: number): void {
    this.closes.inc({ code: this.closeCodes.toLabel(String(code)) });
  }
}

function* findNames(documents: Iterable<string>): Iterable<string> {
  for (const text of documents) {
    let document;
    try {
      document = parse(text, { noLocation: true });
    } catch {
      // Whoever asks for it is told.
      continue;
    }
    for (const definition of document.definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION && definition.name) yield definition.name.value;
    }
  }
}
