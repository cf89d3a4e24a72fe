import { readFile } from 'node:fs/promises';
import { isJsonObject } from '../lib/json-object';

/** The manifest of trusted documents cannot be used; the message names the file and what is wrong. */
class ManifestError extends Error {
  override readonly name = 'ManifestError';

  constructor(path: string, problem: string) {
    super(`AMICUS_TRUSTED_DOCUMENTS cannot be used: ${path} ${problem}.`);
  }
}

/**
 * Reads the documents of a manifest, by id, as client tools write it:
 *
 * - graphql-codegen (`persisted-documents.json`) and Relay (`persistConfig.file`): an object from id to text
 * - Apollo (`persisted-query-manifest.json`): `format`, `version` 1, and `operations` with `id` and `body`
 *
 * Rejects with a `ManifestError`.
 */
export async function loadManifest(path: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ManifestError(
      path,
      `cannot be read (${error instanceof Error ? error.message : String(error)})`,
    );
  });
  const entries = toEntries(parse(text, path), path);
  const documents = new Map<string, string>();
  for (const [id, document] of entries) {
    if (typeof id !== 'string' || id === '' || typeof document !== 'string' || document.trim() === '') {
      throw new ManifestError(path, `has an entry without an id or a text: ${JSON.stringify(id)}`);
    }
    if ((documents.get(id) ?? document) !== document) {
      throw new ManifestError(path, `has two documents of the id ${JSON.stringify(id)}`);
    }
    documents.set(id, document);
  }
  return documents;
}

function parse(text: string, path: string): Record<string, unknown> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw new ManifestError(path, 'is not JSON');
  }
  if (isJsonObject(manifest)) return manifest;
  throw new ManifestError(path, 'is no object of documents');
}

function toEntries(manifest: Record<string, unknown>, path: string): [unknown, unknown][] {
  const { format, version, operations } = manifest;
  if (!Array.isArray(operations)) return Object.entries(manifest);
  if (format !== 'apollo-persisted-query-manifest' || version !== 1) {
    throw new ManifestError(path, 'is of a format that is not known; Apollo manifests have version 1');
  }
  return operations.map((operation: unknown) =>
    isJsonObject(operation) ? [operation['id'], operation['body']] : [undefined, undefined],
  );
}
