import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { BoundedStore } from './bounded-store';

/** The documents that came over HTTP and were checked, as Apollo Server keeps them: by the SHA-256 of their text. */
export class DocumentStore extends BoundedStore<DocumentNode> {
  constructor() {
    super(({ loc }) => loc?.source.body.length ?? 0);
  }

  /** Whether this text was checked before, so that checking it costs nothing. */
  has(text: string): boolean {
    return this.entries.has(createHash('sha256').update(text).digest('hex'));
  }

  override get(key: string): Promise<DocumentNode | undefined> {
    return super.get(toHash(key));
  }

  override set(key: string, document: DocumentNode): Promise<void> {
    return super.set(toHash(key), document);
  }

  override delete(key: string): Promise<void> {
    return super.delete(toHash(key));
  }
}

/** Apollo Server puts a digest of the schema, of which there is one, before it. */
function toHash(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}
