/**
 * The one table of outcomes. An expected outcome of one item is data, a `ResultCode`; a call that makes no sense as a
 * whole is a `CodedError`, which reaches the client as a GraphQL error with `extensions.code`. Whatever else is thrown
 * is a defect and is masked.
 */

/** `code` is the number of the original SDK, `info` the English text that stands in `resultInfo`. */
export const RESULT_CODES = {
  OK: { code: 0, info: '' },
  PENDING: { code: 30539, info: 'The request was sent and waits for the other user to answer; a success.' },
  INVALID_PARAMETERS: { code: 30001, info: 'The value given for this item is not valid.' },
  USER_NOT_FOUND: { code: 30003, info: 'There is no such user.' },
  REQUESTS_FORBIDDEN: { code: 30009, info: 'An administrator forbids this user to send friend requests.' },
  FRIEND_LIMIT: { code: 30010, info: "The viewer's friend list is full." },
  GROUP_LIMIT: { code: 30011, info: 'The viewer has as many friend groups as are allowed.' },
  APPLICATION_LIMIT: { code: 30012, info: 'One of the two users has too many pending requests.' },
  BLOCK_LIMIT: { code: 30013, info: "The viewer's blocklist is full." },
  PEER_FRIEND_LIMIT: { code: 30014, info: "The other user's friend list is full." },
  ALREADY_FRIENDS: { code: 30015, info: 'They are friends already.' },
  BLOCKED_BY_ME: { code: 30515, info: 'The viewer blocks this user.' },
  PEER_DENIES_ALL: { code: 30516, info: 'This user accepts no friend requests.' },
  BLOCKED_BY_PEER: { code: 30525, info: 'This user blocks the viewer.' },
  TOO_FREQUENT: { code: 30540, info: 'Too many friend requests; try again later.' },
  NO_SUCH_APPLICATION: { code: 30614, info: 'There is no such pending request.' },
  NOT_FRIENDS: { code: 31704, info: "This user is not in the viewer's friend list." },
  GROUP_NOT_FOUND: { code: 30001, info: 'There is no friend group of this name.' },
  GROUP_EXISTS: { code: 30001, info: 'There is a friend group of this name already.' },
} as const satisfies Record<string, { code: number; info: string }>;

export type ResultCode = keyof typeof RESULT_CODES;

/** The outcome of one item of a call. */
export interface ItemResult {
  userID: string;
  resultCode: ResultCode;
  code: number;
  /** Empty when `resultCode` is OK. */
  resultInfo: string;
}

export function toItemResult(userID: string, resultCode: ResultCode, info?: string): ItemResult {
  const { code, info: standard } = RESULT_CODES[resultCode];
  return { userID, resultCode, code, resultInfo: info ?? standard };
}

/** The closed set of `extensions.code` that Amicus itself gives, each with its HTTP status. */
export const ERROR_CODES = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  /** A request that was understood, of which an argument is wrong: GraphQL answers 200 with an error. */
  BAD_USER_INPUT: 200,
  RATE_LIMITED: 429,
  /** A document, or a document with its variables, that asks for more than the server gives at once. */
  QUERY_TOO_COMPLEX: 400,
  TIMEOUT: 504,
  /** Clients answer it by sending the text, and take nothing but 200 for an answer. */
  PERSISTED_QUERY_NOT_FOUND: 200,
  /** The database cannot be reached: the same may succeed later, here or on another server. */
  SERVICE_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error whose message and code are meant for the client. graphql-js copies `extensions` to the error it sends. */
export class CodedError extends Error {
  readonly extensions: { code: ErrorCode } & Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'CodedError';
    this.extensions = { ...details, code };
  }
}

/** Of a caller who does not exist, or not any more. */
export function notRegistered(userID: string): CodedError {
  return new CodedError('FORBIDDEN', `The user "${userID}" is not registered here.`);
}

export function badInput(message: string, details?: Readonly<Record<string, unknown>>): CodedError {
  return new CodedError('BAD_USER_INPUT', message, details);
}
