import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Config } from '../config';
import type { TrustMode } from '../config.table';
import { CodedError } from '../errors';
import { loadManifest } from './document-manifest';

/** What a request says of the document that it wants executed, over HTTP or WebSocket. */
interface DocumentRequest {
  readonly query?: unknown;
  readonly extensions?: unknown;
  readonly [parameter: string]: unknown;
}

/** Under these names clients send an id: GraphQL over HTTP and graphql-codegen, and Relay. */
const ID_PARAMETERS = ['documentId', 'doc_id', 'id'];
/** How many different texts are remembered as told of. */
const MAX_TOLD = 1_000;

/** Rejects with a `ManifestError`; null when there is no manifest. */
export async function openTrustedDocuments(
  { trustedDocuments: path, trustMode }: Pick<Config, 'trustedDocuments' | 'trustMode'>,
  logger: Logger,
): Promise<TrustedDocuments | null> {
  if (path === null) return null;
  return new TrustedDocuments(await loadManifest(path), trustMode, (sha256) => {
    logger.warn({ sha256 }, 'a document that is not in the manifest was served');
  });
}

/** The documents that the operator knows, asked for by id or sent as a text. */
export class TrustedDocuments {
  private readonly texts: ReadonlySet<string>;
  private readonly told = new LRUCache<string, true>({ max: MAX_TOLD });

  constructor(
    private readonly byID: ReadonlyMap<string, string>,
    private readonly mode: TrustMode,
    /** Told once of each text that is not in the manifest, by its SHA-256: the text may hold what is private. */
    private readonly onUntrusted: (sha256: string) => void,
  ) {
    this.texts = new Set(byID.values());
  }

  /** The texts of the manifest. */
  get known(): Iterable<string> {
    return this.texts;
  }

  /**
   * The request with the text of the document that it asks for by its id, or the very same when it brings its text. A
   * hash that is known counts where the text beside it has the definitions of that document, in whatever order.
   * Throws PERSISTED_QUERY_NOT_FOUND for an id that is not known, and FORBIDDEN for a text that is not to be served.
   * With `leavesHashes` a hash that is not known is left for automatic persisted queries, into which no text comes that
   * was not let through here.
   */
  resolve<Request extends DocumentRequest>(request: Request, leavesHashes = false): Request {
    const { query } = request;
    const hash = findHash(request);
    if (typeof query === 'string' && query !== '') {
      const asked = hash === undefined ? undefined : this.byID.get(hash);
      // What is executed is the manifest's own text, whatever came.
      if (asked !== undefined && hasSameDefinitions(query, asked))
        return { ...withoutHash(request), query: asked };
      this.checkText(query);
      return request;
    }
    const id = ID_PARAMETERS.map((name) => request[name]).find(isID) ?? hash;
    if (id === undefined) return request;
    const text = this.byID.get(id) ?? this.byID.get(id.replace(/^sha256:/, ''));
    if (text !== undefined) return { ...withoutHash(request), query: text };
    if (id === hash && leavesHashes) return request;
    // These are the words by which clients know it, too.
    throw new CodedError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  }

  private checkText(text: string): void {
    if (this.mode === 'off' || this.texts.has(text)) return;
    if (this.mode === 'enforce') {
      throw new CodedError('FORBIDDEN', 'Only documents of the manifest are served here.');
    }
    const sha256 = createHash('sha256').update(text).digest('hex');
    if (this.told.has(sha256)) return;
    this.told.set(sha256, true);
    this.onUntrusted(sha256);
  }
}

function findHash({ extensions }: DocumentRequest): string | undefined {
  const persisted = isRecord(extensions) ? extensions['persistedQuery'] : undefined;
  const hash = isRecord(persisted) ? persisted['sha256Hash'] : undefined;
  return isID(hash) ? hash : undefined;
}

/**
 * As clients print them: Apollo's manifest has the fragments of a document sorted, and Apollo Client sends them as the
 * app has them. Not parsed, for that would cost more than anybody may ask for here.
 */
function hasSameDefinitions(one: string, other: string): boolean {
  return one === other || (one.length === other.length && toSortedParts(one) === toSortedParts(other));
}

function toSortedParts(text: string): string {
  return text.trimEnd().split('\n\n').sort().join('\n\n');
}

/** Without the hash, which need not be the one that Apollo Server would compare the text with. */
function withoutHash<Request extends DocumentRequest>(request: Request): Request {
  if (!isRecord(request.extensions) || !('persistedQuery' in request.extensions)) return request;
  const extensions = Object.entries(request.extensions).filter(([name]) => name !== 'persistedQuery');
  return { ...request, extensions: Object.fromEntries(extensions) };
}

function isID(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
