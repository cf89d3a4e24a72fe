import { loadSigningSecret } from '../auth/secret';
import { signToken } from '../auth/signer';
import { loadConfig } from '../config';
import { CommandError } from './failure';
import type { Terminal } from './terminal';

export interface TokenOptions {
  readonly admin?: boolean;
  /** Seconds from now. */
  readonly expires: number;
}

/** Prints a token that this configuration's server accepts; nothing else goes to standard output. */
export async function printToken(terminal: Terminal, userID: string, options: TokenOptions): Promise<void> {
  const config = loadConfig(terminal.env);
  const secret = await loadSigningSecret(config);
  if (secret === null) {
    throw new CommandError('AMICUS_JWKS_URL is set: only the issuer of that key set can sign tokens');
  }
  const token = await signToken({
    secret,
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    userID,
    isAdmin: options.admin === true,
    expiresInSeconds: options.expires,
    nowMs: Date.now(),
  });
  terminal.stdout.write(`${token}\n`);
}
