import { CodedError } from '../errors';

/** In whose name a call is made. */
export interface Viewer {
  /** The user that the call acts as: the token's `sub`, or whom an administrator acts for. */
  readonly userID: string;
  /** The token carries `role: "admin"`. */
  readonly isAdmin: boolean;
  /** The administrator who acts in the user's name; missing for a call in one's own. */
  readonly actedBy?: string;
}

/** Throws FORBIDDEN unless the viewer is an administrator. */
export function requireAdmin(viewer: Viewer): void {
  if (!viewer.isAdmin) throw new CodedError('FORBIDDEN', 'Only administrators may do this.');
}
