import type { Page } from '../lib/page';

/** Whose tokens, or which token, by its `jti`: one of the two. */
export type RevocationSubject = { userID: string; tokenID: null } | { userID: null; tokenID: string };

/** Tokens that are refused: those of a user that were issued until `revokedAt`, or one token. */
export type Revocation = RevocationSubject & { id: string; revokedAt: Date };

export interface RevocationConnection extends Page<Revocation> {
  /** Counts the whole list, not the page. */
  countAll: () => Promise<number>;
}
