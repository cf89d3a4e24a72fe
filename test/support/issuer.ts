import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
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
    server.on('request', (_request, response) => {
      issuer.fetches++;
      const { status, body } = issuer.trouble ?? {
        status: 200,
        body: JSON.stringify({ keys: issuer.published }),
      };
      response.writeHead(status).end(body);
    });
    return issuer;
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
