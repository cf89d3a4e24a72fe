import { jwtVerify, SignJWT } from 'jose';

/** Of this benchmark's servers only. */
export const SECRET = 'a secret for measuring, of more than 32 bytes';

const key = await crypto.subtle.importKey(
  'raw',
  Buffer.from(SECRET),
  { name: 'HMAC', hash: 'SHA-256' },
  false,
  ['sign', 'verify'],
);

export function signToken(userID) {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userID)
    .setExpirationTime('7d')
    .sign(key);
}

/** The user that the parameters of a `connection_init` speak for; rejects when they do not. */
export async function verifyParams(params) {
  const { payload } = await jwtVerify(params.authorization.slice('Bearer '.length), key);
  return payload.sub;
}
