import { CloseCode, MessageType, parseMessage, stringifyMessage, type SubscribePayload } from 'graphql-ws';
import { isTooDeep, MAX_JSON_DEPTH } from '../lib/json-depth';
import type { OperationNames } from './operation-names';

/** Of a close frame's reason. */
const MAX_REASON_BYTES = 123;

/** Of an operation's id, which is kept while it is under way, and sent with each event. */
const MAX_ID = 1_000;

/** Stands for what is asked for. */
const UNTOLD: SubscribePayload = { query: '' };

export interface ClientMessage {
  /** For graphql-ws, which knows operations by their names. */
  text: string;
  /** The name of the operation that begins with it; null for every other message. */
  begins: string | null;
  /** What is asked for by an operation that begins; not in the text, which graphql-ws keeps as long as the operation. */
  payload?: SubscribePayload;
}

/** The socket is to be closed. */
export interface Refusal {
  code: number;
  reason: string;
}

/** Reads what a client says; null for what is to be ignored. */
export function readClientMessage(text: string, names: OperationNames): ClientMessage | Refusal | null {
  if (isTooDeep(text)) {
    return { code: CloseCode.BadRequest, reason: `Messages nest at most ${MAX_JSON_DEPTH} levels deep` };
  }
  let message;
  try {
    message = parseMessage(text);
  } catch {
    return { code: CloseCode.BadRequest, reason: 'Invalid message received' };
  }
  switch (message.type) {
    case MessageType.Subscribe: {
      if (message.id.length > MAX_ID) {
        return { code: CloseCode.BadRequest, reason: `Ids have at most ${MAX_ID} characters` };
      }
      const name = names.begin(message.id);
      if (name === null)
        return { code: CloseCode.SubscriberAlreadyExists, reason: toTakenReason(message.id) };
      const { type, payload } = message;
      return { text: stringifyMessage({ type, id: name, payload: UNTOLD }), begins: name, payload };
    }
    case MessageType.Complete: {
      const name = names.end(message.id);
      return name === null ? null : { text: stringifyMessage({ ...message, id: name }), begins: null };
    }
    case MessageType.ConnectionInit:
    case MessageType.Ping:
    case MessageType.Pong:
      return { text, begins: null };
    default:
      return { code: CloseCode.BadRequest, reason: `Only the server sends ${message.type}` };
  }
}

function toTakenReason(id: string): string {
  const reason = `Subscriber for ${id} already exists`;
  return Buffer.byteLength(reason) <= MAX_REASON_BYTES ? reason : 'Subscriber for this id already exists';
}
