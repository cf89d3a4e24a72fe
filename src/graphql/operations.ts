import {
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { CodedError } from '../errors';
import { TOO_NESTED } from './error-presenter';
import { EventRenderer, type RendererSources } from './event-renderer';
import type { QueryLimiter } from './limits';
import { findEmptySubscription, toEventDocument, type EventDocument } from './subscription-operation';

interface Checked {
  document: DocumentNode;
}
interface Refused {
  errors: readonly GraphQLError[];
}

/** What documents are held to, whichever door they come by. */
export interface DocumentRules {
  limiter: QueryLimiter;
  maxTokens: number;
  /** Whether they may ask for the schema, and errors suggest its names. */
  introspection: boolean;
  /** Told what it took to look at a new document. */
  onChecked: (ms: number) => void;
}

/** In entries, and in characters of their keys: a document's memory goes with its length. */
const BOUNDS = {
  max: 1_000,
  maxSize: 4 * 1024 * 1024,
  sizeCalculation: (_value: unknown, key: string) => Math.max(1, key.length),
};

/**
 * The documents that come over WebSocket: each is parsed and validated once, and subscriptions of one document that
 * agree on the variables of its selection share a renderer. Both are bounded, the longest unused go first.
 */
export class Operations {
  private readonly documents = new LRUCache<string, Checked | Refused>(BOUNDS);
  private readonly renderers = new LRUCache<string, EventRenderer>(BOUNDS);
  /** By document and operation name; lives as long as the documents. */
  private readonly shown = new WeakMap<DocumentNode, Map<string | null, EventDocument>>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly sources: RendererSources,
    private readonly rules: DocumentRules,
  ) {}

  /** Whether the document was checked before, so that checking it costs nothing. */
  isKnown(query: string): boolean {
    return this.documents.has(query);
  }

  /**
   * The document with the operation that is asked for; or what is wrong with it or with the variables, with the code,
   * also where it has no such operation.
   */
  check(
    query: string,
    operationName: string | null,
    variables: Readonly<Record<string, unknown>>,
  ): (Checked & { operation: OperationDefinitionNode }) | Refused {
    let checked = this.documents.get(query);
    if (checked === undefined) {
      const startedMs = performance.now();
      checked = this.parseAndValidate(query);
      this.rules.onChecked(performance.now() - startedMs);
      this.documents.set(query, checked);
    }
    if ('errors' in checked) return checked;
    const operation = getOperationAST(checked.document, operationName);
    if (!operation) return { errors: [toUnresolved(operationName)] };
    try {
      this.rules.limiter.checkRequest(operation, variables);
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
    return { ...checked, operation };
  }

  /** `document` is the one that `query` was checked to be. */
  findRenderer(
    query: string,
    document: DocumentNode,
    operationName: string | null,
    variables: Readonly<Record<string, unknown>>,
  ): EventRenderer {
    const shown = this.findEventDocument(document, operationName);
    const used = Object.fromEntries(Object.entries(variables).filter(([name]) => shown.variables.has(name)));
    const key = JSON.stringify([query, operationName, used]);
    let renderer = this.renderers.get(key);
    if (renderer === undefined) {
      renderer = new EventRenderer(
        { document: shown.document, operationName, variables: used },
        this.sources,
      );
      this.renderers.set(key, renderer);
    }
    return renderer;
  }

  private findEventDocument(document: DocumentNode, operationName: string | null): EventDocument {
    const known = this.shown.get(document) ?? new Map<string | null, EventDocument>();
    this.shown.set(document, known);
    const found = known.get(operationName) ?? toEventDocument(document, operationName);
    // A name that is not one of the document's is refused before this is asked: there are no more than it has.
    known.set(operationName, found);
    return found;
  }

  private parseAndValidate(query: string): Checked | Refused {
    const { maxTokens, introspection } = this.rules;
    let code = 'GRAPHQL_PARSE_FAILED';
    try {
      const document = parse(query, { maxLexicalTokens: maxTokens });
      this.rules.limiter.checkDocument(document);
      // Some rules of validation throw what they find.
      code = 'GRAPHQL_VALIDATION_FAILED';
      const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
      const errors = validate(this.schema, document, rules, { hideSuggestions: !introspection });
      if (errors.length > 0) return { errors: errors.map((error) => withCode(error, code)) };
      const empty = findEmptySubscription(document);
      if (empty === undefined) return { document };
      const nodes = [empty];
      return { errors: [withCode(new GraphQLError('A subscription asks for one field.', { nodes }), code)] };
    } catch (error) {
      // The parser had no room left for brackets within brackets.
      if (error instanceof RangeError) return { errors: [withCode(new GraphQLError(TOO_NESTED), code)] };
      if (!(error instanceof GraphQLError)) throw error;
      return { errors: [error.originalError instanceof CodedError ? error : withCode(error, code)] };
    }
  }
}

/** In the words of graphql-js, with the code of Apollo Server. */
function toUnresolved(operationName: string | null): GraphQLError {
  const message =
    operationName === null
      ? 'Must provide operation name if query contains multiple operations.'
      : `Unknown operation named "${operationName}".`;
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
}

function withCode({ message, nodes, source, positions }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(message, {
    ...(nodes ? { nodes } : { source: source ?? null, positions: positions ?? null }),
    extensions: { code },
  });
}
