import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';

/** What a token is made from. */
export interface TokenRequest {
  /** What `loadSigningSecret` gives. */
  readonly secret: string;
  /** Null leaves the claim out. */
  readonly issuer: string | null;
  /** Null leaves the claim out. */
  readonly audience: string | null;
  /** A valid user id; the verifier refuses others. */
  readonly userID: string;
  readonly isAdmin: boolean;
  readonly expiresInSeconds: number;
  /** Milliseconds since 1970 that count as now. */
  readonly nowMs: number;
}

/** An HS256 token, with a `jti` of its own, that a verifier of the same secret, issuer and audience accepts until it expires. */
export async function signToken(request: TokenRequest): Promise<string> {
  const nowSeconds = Math.floor(request.nowMs / 1000);
  const token = new SignJWT(request.isAdmin ? { role: 'admin' } : {})
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(request.userID)
    .setIssuedAt(nowSeconds)
    .setJti(randomUUID())
    .setExpirationTime(nowSeconds + request.expiresInSeconds);
  if (request.issuer !== null) token.setIssuer(request.issuer);
  if (request.audience !== null) token.setAudience(request.audience);
  return token.sign(Buffer.from(request.secret));
}
