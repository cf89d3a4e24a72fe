import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ByteText } from '../lib/byte-text';
import { isJsonObject } from '../lib/json-object';
import type { OperationRates } from '../rates/operation-rates';
import { toRateHeaders } from '../rates/rate-refusal';
import type { RequestContext } from './context';
import type { Execution } from './execution';
import type { QueryLimiter } from './limits';

/** An answer with data and without errors. */
interface Answer {
  status: 200;
  headers: Readonly<Record<string, string>>;
  body: ByteText;
}

interface Known {
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/** Of documents, as Apollo Server keeps them; and of `accept` headers, of which browsers and libraries send a handful. */
const BOUNDS = { max: 1_000, maxSize: 4 * 1024 * 1024 };
const ACCEPT_BOUNDS = { max: 100, maxSize: 20_000 };

/**
 * Answers queries that Apollo Server has answered before, by what was learned from that: the document of a text and the
 * content type for an `accept`. Limits and rates hold as ever. Whatever is new, or is not answered by data alone, is left
 * to Apollo Server, whose way through its plugins costs more than the query itself.
 */
export class KnownQueries {
  /** By text, then by name of the operation. */
  private readonly documents = new LRUCache<string, Map<string, Known>>({
    ...BOUNDS,
    sizeCalculation: (_known, text) => Math.max(1, text.length),
  });
  private readonly contentTypes = new LRUCache<string, string>({
    ...ACCEPT_BOUNDS,
    sizeCalculation: (_type, accept) => 1 + accept.length,
  });

  constructor(
    private readonly execution: Execution,
    private readonly limiter: QueryLimiter,
    private readonly rates: OperationRates,
  ) {}

  /** A compiled function has answered the operation; without a name, it is the only one of the document. */
  learnDocument(text: string, operationName: string, known: Known): void {
    const operations = this.documents.get(text) ?? new Map<string, Known>();
    operations.set(operationName, known);
    this.documents.set(text, operations);
  }

  /** What Apollo Server chose for an answer with data; `accept` is empty where none was sent. */
  learnContentType(accept: string, contentType: string): void {
    this.contentTypes.set(accept, contentType);
  }

  /**
   * Null for what is to go to Apollo Server, with the same context: it holds what is not to be done again. Rejects only
   * where the rates do.
   */
  async answer(
    sent: Readonly<Record<string, unknown>>,
    accept: string,
    context: RequestContext,
  ): Promise<Answer | null> {
    const { viewer, operation: watched } = context;
    const known = this.find(sent);
    const contentType = this.contentTypes.get(accept);
    // A trace shows the stages of Apollo Server.
    if (known === null || contentType === undefined || (watched !== null && watched.tracing !== null))
      return null;
    const { document, operation } = known;
    const variables = (sent['variables'] ?? {}) as Record<string, unknown>;
    if (!this.isWithinLimits(operation, variables)) return null;
    const verdict = await this.rates.take(viewer, document, operation);
    context.progress.verdict = verdict;
    if (verdict?.isRefused === true) return null;
    const data = await this.execution.findText(
      { document, variableValues: variables, contextValue: context },
      operation,
    );
    if (data === null) return null;
    watched?.identify(operation);
    watched?.answer([]);
    const headers = verdict === null ? {} : toRateHeaders(verdict);
    headers['content-type'] = contentType;
    return { status: 200, headers, body: `{"data":${data}}\n` };
  }

  private find({
    query,
    operationName,
    variables,
    extensions,
  }: Readonly<Record<string, unknown>>): Known | null {
    if (typeof query !== 'string' || !isJsonObject(variables ?? {})) return null;
    // All but one extension change nothing: Apollo Client tells of itself by another, with every request.
    const extra = extensions ?? {};
    if (!isJsonObject(extra) || Object.hasOwn(extra, 'persistedQuery')) return null;
    // An empty name is no name that an operation has: Apollo Server says so.
    if (typeof (operationName ?? '') !== 'string' || operationName === '') return null;
    return this.documents.get(query)?.get((operationName ?? '') as string) ?? null;
  }

  private isWithinLimits(operation: OperationDefinitionNode, variables: Record<string, unknown>): boolean {
    try {
      this.limiter.checkRequest(operation, variables);
      return true;
    } catch {
      return false;
    }
  }
}
