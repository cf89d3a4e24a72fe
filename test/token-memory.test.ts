import { KEY_KEEP_MS, rememberTokens } from '../src/auth/token-memory';
import { signToken } from '../src/auth/signer';
import { createVerifier, TokenRefusedError, type Verifier } from '../src/auth/verifier';

const secret = 'a secret of thirty-two bytes, ok';
const START_MS = Date.UTC(2026, 0, 1);

/** A real verifier, with a clock that the test sets and a count of what it was asked. */
function createMemory() {
  const clock = { nowMs: START_MS, now: (): number => clock.nowMs };
  const real = createVerifier(
    { jwksUrl: null, jwtIssuer: null, jwtAudience: null, jwtClockSkewSeconds: 5, jwtMaxAgeSeconds: null },
    secret,
    clock,
  );
  const asked: (string | null | undefined)[] = [];
  const counted: Verifier = {
    verify: (token) => {
      asked.push(token);
      return real.verify(token);
    },
  };
  return { clock, asked, verifier: rememberTokens(counted, clock, KEY_KEEP_MS) };
}

const sign = (userID: string, expiresInSeconds = 3_600): Promise<string> =>
  signToken({
    secret,
    issuer: null,
    audience: null,
    userID,
    isAdmin: false,
    expiresInSeconds,
    nowMs: START_MS,
  });

describe('a token that was found good', () => {
  it('is not checked again for a minute, and then it is', async () => {
    const { clock, asked, verifier } = createMemory();
    const [ann, ben] = [await sign('ann'), await sign('ben')];
    for (const ms of [0, 1, 59_999]) {
      clock.nowMs = START_MS + ms;
      expect(await verifier.verify(ann)).toMatchObject({ userID: 'ann' });
    }
    expect(await verifier.verify(ben)).toMatchObject({ userID: 'ben' });
    expect(asked).toEqual([ann, ben]);
    clock.nowMs = START_MS + 60_000;
    await verifier.verify(ann);
    expect(asked).toEqual([ann, ben, ann]);
  });

  it('is refused once it has expired, within the minute too', async () => {
    const { clock, verifier } = createMemory();
    const token = await sign('ann', 10);
    await verifier.verify(token);
    // With the skew it ends in this moment.
    for (const ms of [15_000, 16_000]) {
      clock.nowMs = START_MS + ms;
      await expect(verifier.verify(token)).rejects.toThrow(new TokenRefusedError('token expired'));
    }
  });

  it('is checked again when the clock was set back', async () => {
    const { clock, asked, verifier } = createMemory();
    const token = await sign('ann');
    await verifier.verify(token);
    clock.nowMs = START_MS - 1;
    await verifier.verify(token);
    expect(asked).toHaveLength(2);
  });
});

test('what was refused is checked each time, and no token is none', async () => {
  const { asked, verifier } = createMemory();
  for (const token of ['rubbish', 'rubbish', '', null, undefined]) {
    await expect(verifier.verify(token)).rejects.toThrow(TokenRefusedError);
  }
  expect(asked).toHaveLength(5);
});
