import { GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { EventRenderer, type RendererSources } from './event-renderer';
import { MAX_TOKENS } from './limits';
import { toEventDocument, type EventDocument } from './subscription-operation';

type Checked = { document: DocumentNode } | { errors: readonly GraphQLError[] };

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
  private readonly documents = new LRUCache<string, Checked>(BOUNDS);
  private readonly renderers = new LRUCache<string, EventRenderer>(BOUNDS);
  /** By document and operation name; lives as long as the documents. */
  private readonly shown = new WeakMap<DocumentNode, Map<string | null, EventDocument>>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly sources: RendererSources,
  ) {}

  /** The document, or what is wrong with it, with its code. */
  check(query: string): Checked {
    let checked = this.documents.get(query);
    if (checked === undefined) {
      checked = this.parseAndValidate(query);
      this.documents.set(query, checked);
    }
    return checked;
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

  private parseAndValidate(query: string): Checked {
    let code = 'GRAPHQL_PARSE_FAILED';
    try {
      const document = parse(query, { maxLexicalTokens: MAX_TOKENS });
      // Some rules of validation throw what they find.
      code = 'GRAPHQL_VALIDATION_FAILED';
      const errors = validate(this.schema, document);
      if (errors.length === 0) return { document };
      return { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { errors: [withCode(error, code)] };
    }
  }
}

function withCode({ message, nodes, source, positions }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(message, {
    ...(nodes ? { nodes } : { source: source ?? null, positions: positions ?? null }),
    extensions: { code },
  });
}
