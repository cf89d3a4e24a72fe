import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Limits } from '../limits';
import type { QueryLimits } from '../query-limits';
import { toNumber, type Cost, type Variables } from './cost';
import { walkDocument } from './document-walk';
import { ListSizes } from './list-sizes';
import { tooComplex } from './too-complex';

/** Holds documents and requests to the query limits, over HTTP and WebSocket alike. */
export class QueryLimiter {
  /** Lives as long as the documents, which are bounded where they are kept. */
  private readonly costs = new WeakMap<OperationDefinitionNode, Cost>();
  private readonly sizes: ListSizes;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: QueryLimits,
    sizeLimits: Limits,
  ) {
    this.sizes = new ListSizes(sizeLimits);
  }

  /**
   * Once for each document, before it is validated: for some documents validation would be the attack.
   *
   * @throws GraphQLError with the code QUERY_TOO_COMPLEX
   */
  checkDocument(document: DocumentNode): void {
    for (const [operation, cost] of walkDocument(this.schema, document, this.limits, this.sizes)) {
      this.costs.set(operation, cost);
    }
  }

  /**
   * For each request, of an operation whose document was checked: what depends on the variables.
   *
   * @throws GraphQLError with the code QUERY_TOO_COMPLEX
   */
  checkRequest(operation: OperationDefinitionNode, variables: Variables): void {
    if (isDeeper(variables, this.limits.valueDepth)) throw tooComplex('valueDepth', this.limits.valueDepth);
    const cost = this.costs.get(operation);
    if (cost === undefined) throw new Error('A document came here without being checked.');
    if (toNumber(cost, variables) > this.limits.complexity) {
      throw tooComplex('complexity', this.limits.complexity, [operation]);
    }
  }
}

/** The variables themselves are not counted, so a plain list of ids is 1 deep. */
function isDeeper(value: object, levels: number): boolean {
  const items: unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const item of items) {
    if (typeof item !== 'object' || item === null) continue;
    if (levels === 0 || isDeeper(item, levels - 1)) return true;
  }
  return false;
}
