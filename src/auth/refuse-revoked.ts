import type { RevocationList } from './revocation-list';
import { TokenRefusedError, type Verifier } from './verifier';

/** Goes around the memory of tokens: whatever that remembers, a revoked one is refused from the moment it is known. */
export function refuseRevoked(verifier: Verifier, revocations: RevocationList): Verifier {
  return {
    async verify(token) {
      const identity = await verifier.verify(token);
      if (revocations.isRevoked(identity)) throw new TokenRefusedError('token revoked');
      return identity;
    },
  };
}
