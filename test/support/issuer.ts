import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTHeaderParameters } from 'jose';

export interface Key {
  jwk: JWK;
  privateKey: Parameters<SignJWT['sign']>[0];
}

/** An issuer of tokens of its own: makes keys, signs with them, and serves those that it publishes over HTTP. */
export class Issuer {
  /** How often the set was asked for. */
  fetches = 0;
  /** With what the set was asked for last. */
  authorization: string | undefined;
  /** Those who asked while it hung and wait still. */
  readonly waiting = new Set<ServerResponse>();
  /** Whether it takes requests and answers none. */
  isHanging = false;
  /** What is answered in place of the set; null for the set. */
  trouble: { status: number; body: string } | null = null;
  private published: JWK[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Issuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const issuer = new Issuer(server, `http://127.0.0.1:${String(port)}/keys`);
    server.on('request', (request, response) => {
      issuer.fetches++;
      issuer.authorization = request.headers.authorization;
      if (!issuer.isHanging) {
        issuer.answer(response);
        return;
      }
      issuer.waiting.add(response);
      response.once('close', () => issuer.waiting.delete(response));
    });
    return issuer;
  }

  /** Answers those who wait, too. */
  goOn(): void {
    this.isHanging = false;
    for (const response of this.waiting) this.answer(response);
  }

  private answer(response: ServerResponse): void {
    const set = { status: 200, body: JSON.stringify({ keys: this.published }) };
    const { status, body } = this.trouble ?? set;
    response.writeHead(status).end(body);
  }

  async createKey(kid: string, alg = 'ES256'): Promise<Key> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    return { jwk: { ...(await exportJWK(publicKey)), kid, alg }, privateKey };
  }

  /** The whole set from now on. */
  publish(...keys: JWK[]): void {
    this.published = keys;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A token with these claims, by a key of an issuer. */
export function sign(
  { jwk, privateKey }: Key,
  claims: Record<string, unknown>,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const protectedHeader = {
    alg: jwk.alg ?? 'ES256',
    ...(jwk.kid !== undefined && { kid: jwk.kid }),
    ...header,
  };
  return new SignJWT(claims).setProtectedHeader(protectedHeader).sign(privateKey);
}
