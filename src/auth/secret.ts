import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config';
import { FileExistsError, moveToNew } from '../lib/file-draft';
import { makeFolder } from '../lib/make-folder';
import { findErrorCode } from '../lib/system-error';

const OTHERS_MAY = 0o077;
const MINIMUM_BYTES = 32;

/** The file with the secret is there and must not, or cannot, be used; the message says what to do. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

export function toSecretFile(dataDir: string): string {
  return join(dataDir, 'jwt-secret');
}

/**
 * The secret that signs and checks this gateway's tokens: the configured one, else the text in `<dataDir>/jwt-secret`,
 * made on first use from 32 random bytes. Null when tokens are checked by a key set: then nobody here can sign.
 *
 * @throws SecretFileError when the file may be read by others than its owner, or holds no secret
 */
export async function loadSigningSecret(
  config: Pick<Config, 'dataDir' | 'jwtSecret' | 'jwksUrl'>,
): Promise<string | null> {
  if (config.jwksUrl !== null) return null;
  if (config.jwtSecret !== null) return config.jwtSecret;
  const path = toSecretFile(config.dataDir);
  return (await findSecret(path)) ?? (await makeSecret(config.dataDir, path));
}

async function findSecret(path: string): Promise<string | null> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (findErrorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { mode } = await file.stat();
    // Windows has no such bits and shows every file as readable by all.
    if (process.platform !== 'win32' && (mode & OTHERS_MAY) !== 0) {
      throw new SecretFileError(
        `${path} may be read by others than its owner; make it safe with: chmod 600 ${path}`,
      );
    }
    const secret = (await file.readFile('utf8')).trim();
    if (Buffer.byteLength(secret) >= MINIMUM_BYTES) return secret;
    throw new SecretFileError(
      `${path} holds no secret of ${MINIMUM_BYTES} bytes; delete it to get a new one`,
    );
  } finally {
    await file.close();
  }
}

/**
 * Of several processes at once the first to place its file wins; all give the winner's secret, but where the file system
 * has no hard links: there one may find the winner's file empty, and rejects.
 */
async function makeSecret(dataDir: string, path: string): Promise<string> {
  makeFolder(dataDir);
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    try {
      await file.writeFile(`${randomBytes(32).toString('base64url')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await moveToNew(draft, path).catch((error: unknown) => {
      if (!(error instanceof FileExistsError)) throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  const secret = await findSecret(path);
  if (secret === null) throw new SecretFileError(`${path} was removed while it was made; start again`);
  return secret;
}
