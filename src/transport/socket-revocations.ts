import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { RevocationList } from '../auth/revocation-list';
import type { Identity } from '../auth/verifier';

/** Closes sockets whose token is revoked while they are open, as soon as this process knows. */
export class SocketRevocations {
  private readonly identities = new Map<WebSocket, Identity>();

  constructor(private readonly revocations: RevocationList) {
    revocations.onRead(() => {
      for (const [socket, identity] of this.identities) this.closeRevoked(socket, identity);
    });
  }

  add(socket: WebSocket, identity: Identity): void {
    this.identities.set(socket, identity);
    // It may have been revoked between the check of the token and now.
    this.closeRevoked(socket, identity);
  }

  delete(socket: WebSocket): void {
    this.identities.delete(socket);
  }

  private closeRevoked(socket: WebSocket, identity: Identity): void {
    if (this.revocations.isRevoked(identity)) socket.close(CloseCode.Forbidden, 'The token was revoked');
  }
}
