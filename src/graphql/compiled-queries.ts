import {
  execute,
  getOperationAST,
  getVariableValues,
  GraphQLScalarType,
  GraphQLSchema,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { settleConditions, toCompilable, type CompilableOperation } from './compilable-operation';

type Data = NonNullable<ExecutionResult['data']>;
type Run = CompiledQuery<Data>['query'];

/** A query with its conditions settled. */
interface Variant {
  /** Counted until it is compiled. */
  uses: number;
  /** Null until it is worth it, and for good when it cannot be compiled. */
  run: Run | null;
}

export interface CompiledQueriesOptions {
  /** The use at which a query is compiled; one that comes once costs more to compile than it gains. */
  compileAtUse?: number | undefined;
  /** Called after each answer that a compiled function gave. */
  onCompiledAnswer?: (() => void) | undefined;
}

const COMPILED_AT_USE = 3;
const BOUNDS = {
  max: 2_000,
  /** In fields: with its document, a compiled query takes about 2 KB for each. */
  maxSize: 20_000,
};
const MAX_COERCION_ERRORS = 50;

/**
 * Executes queries that come again and again by functions that are compiled for them, and answers byte for byte what
 * graphql-js answers. To be sure of that, variables are coerced by graphql-js, and what is answered with an error is
 * executed again by it: the compiled function's errors are in other words, and sometimes more. Both runs share the
 * context, so what was loaded is not loaded again. Subscriptions and mutations, which cannot be run twice, are not
 * compiled.
 *
 * What resolvers give must be plain data: graphql-jit reads properties where nothing catches, so one that threw when it
 * is read would leave the query without an answer.
 */
export class CompiledQueries {
  private readonly coercedSchema: GraphQLSchema;
  /** Lives as long as the documents, which are bounded where they are kept. */
  private readonly known = new WeakMap<OperationDefinitionNode, Known>();
  private readonly variants = new LRUCache<string, Variant>(BOUNDS);
  private nextID = 1;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly options: CompiledQueriesOptions = {},
  ) {
    const { types, ...config } = schema.toConfig();
    this.coercedSchema = new GraphQLSchema({ ...config, types: [...types, COERCED], assumeValid: true });
  }

  /** As graphql-js's `execute`, of a validated document. */
  async execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const data = await this.findData(args, getOperationAST(args.document, args.operationName));
    return data === null ? execute(args) : { data };
  }

  /**
   * The data of an operation that can do without graphql-js; null when it has to be executed the ordinary way. A
   * document may lack the operation that was asked for. Never rejects.
   */
  async findData(
    { document, variableValues, contextValue, rootValue }: Omit<ExecutionArgs, 'schema'>,
    operation: OperationDefinitionNode | null | undefined,
  ): Promise<Data | null> {
    if (operation?.operation !== OperationTypeNode.QUERY) return null;
    const { id, compilable } = this.look(document, operation);
    if (compilable === null) return null;
    const coerced = this.coerce(operation, variableValues ?? {});
    if (coerced === null) return null;
    const conditions = compilable.conditions.map((name) => coerced[name]);
    // A condition that is null is an error, which graphql-js words.
    if (!conditions.every((value) => typeof value === 'boolean')) return null;
    const key = [id, ...conditions].join(' ');
    const isTrue = (name: string): boolean => coerced[name] === true;
    const run = this.findRun(key, compilable, () =>
      this.compile(settleConditions(document, operation, isTrue)),
    );
    if (run === null) return null;
    try {
      const { data, errors } = await run(rootValue, contextValue, coerced);
      if (errors !== undefined || data === undefined || data === null) return null;
      this.options.onCompiledAnswer?.();
      return data;
    } catch {
      return null;
    }
  }

  private look(document: DocumentNode, operation: OperationDefinitionNode): Known {
    let known = this.known.get(operation);
    if (known === undefined) {
      known = { id: this.nextID++, compilable: toCompilable(document, operation) };
      this.known.set(operation, known);
    }
    return known;
  }

  private coerce(
    operation: OperationDefinitionNode,
    values: Readonly<Record<string, unknown>>,
  ): Record<string, unknown> | null {
    const { coerced } = getVariableValues(this.schema, operation.variableDefinitions ?? [], values, {
      maxErrors: MAX_COERCION_ERRORS,
    });
    return coerced ?? null;
  }

  private findRun(key: string, { fieldCount }: CompilableOperation, compile: () => Run | null): Run | null {
    const { compileAtUse = COMPILED_AT_USE } = this.options;
    const known = this.variants.get(key) ?? { uses: 0, run: null };
    if (known.uses >= compileAtUse) return known.run;
    const uses = known.uses + 1;
    const run = uses === compileAtUse ? compile() : null;
    this.variants.set(key, { uses, run }, { size: run === null ? 1 : fieldCount });
    return run;
  }

  private compile(document: DocumentNode): Run | null {
    const compiled = compileQuery<Data>(this.coercedSchema, withCoercedVariables(document));
    return isCompiledQuery(compiled) ? compiled.query : null;
  }
}

interface Known {
  id: number;
  compilable: CompilableOperation | null;
}

/** Stands in a compiled query for the type of every variable: their values are what graphql-js made of them. */
const COERCED = new GraphQLScalarType({ name: 'CoercedValue' });

function withCoercedVariables(document: DocumentNode): DocumentNode {
  return visit(document, {
    VariableDefinition: ({ kind, variable }) => ({
      kind,
      variable,
      type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: COERCED.name } },
    }),
  });
}
