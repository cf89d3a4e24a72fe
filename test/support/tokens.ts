import { SignJWT } from 'jose';

/** For `config.jwtSecret` of a server whose tokens a test makes itself. */
export const TOKEN_SECRET = 'a secret that a test signs with itself';

/** A token with exactly these claims. */
export function signClaims(claims: Record<string, unknown>): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(TOKEN_SECRET));
}
