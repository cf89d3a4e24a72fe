import type { IncomingHttpHeaders } from 'node:http';
import { KeysUnavailableError, TokenRefusedError, type Identity, type Verifier } from '../auth/verifier';
import { CodedError } from '../errors';
import { isUserID } from '../lib/user-id';
import type { UserService } from '../users/user.service';
import type { Viewer } from '../users/viewer';

/** The words with which a caller says who it is: HTTP headers, or the payload of `connection_init`. */
export interface Credentials {
  /** `Bearer TOKEN`. */
  authorization: unknown;
  /** The user that an administrator acts for; undefined or empty for oneself. */
  actAs: unknown;
}

export interface Authenticated {
  viewer: Viewer;
  /** Of the token: the administrator where one acts for the viewer. */
  identity: Identity;
}

/** Throws UNAUTHENTICATED, FORBIDDEN or SERVICE_UNAVAILABLE. Creates the user of a first call of one's own where that is switched on. */
export type Authenticate = (credentials: Credentials) => Promise<Authenticated>;

const ACT_AS = 'x-amicus-act-as';

export function createAuthenticate(verifier: Verifier, users: UserService): Authenticate {
  return async (credentials) => {
    const identity = await verifier.verify(toToken(credentials)).catch(toCoded);
    const { userID: subject, isAdmin } = identity;
    const userID = toActor(subject, isAdmin, credentials.actAs);
    const viewer = { userID, isAdmin, ...(userID !== subject && { actedBy: subject }) };
    await users.register(viewer);
    return { viewer, identity };
  };
}

export function fromHeaders(headers: IncomingHttpHeaders): Credentials {
  return { authorization: headers.authorization, actAs: headers[ACT_AS] };
}

/** Keys are compared without regard to case: clients write `authorization` and `Authorization` alike. */
export function fromConnectionParams(params: Readonly<Record<string, unknown>> | undefined): Credentials {
  const byName = new Map(Object.entries(params ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return { authorization: byName.get('authorization'), actAs: byName.get(ACT_AS) };
}

/** Null when there is none in it. */
export function toToken({ authorization }: Pick<Credentials, 'authorization'>): string | null {
  if (typeof authorization !== 'string') return null;
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? null;
}

function toActor(subject: string, isAdmin: boolean, actAs: unknown): string {
  if (actAs === undefined || actAs === null || actAs === '') return subject;
  if (!isAdmin) throw new CodedError('FORBIDDEN', `Only administrators may use ${ACT_AS}.`);
  if (typeof actAs !== 'string' || !isUserID(actAs)) {
    throw new CodedError('FORBIDDEN', `${ACT_AS} does not hold a user id.`);
  }
  return actAs;
}

function toCoded(error: unknown): never {
  if (error instanceof TokenRefusedError)
    throw new CodedError('UNAUTHENTICATED', `Not signed in: ${error.message}.`);
  if (error instanceof KeysUnavailableError) throw new CodedError('SERVICE_UNAVAILABLE', error.message);
  throw error;
}
