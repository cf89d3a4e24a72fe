import {
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
import type { ByteText } from '../lib/byte-text';
import { AnswerWriters } from './answer-writer';
import { settleConditions, toCompilable, type CompilableOperation } from './compilable-operation';
import { createPlainReader } from './plain-variables';
import type { Write } from './text-parts';

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
  /** In fields. */
  maxSize: 20_000,
};
/** Of the variables of a request: each is told with the whole value in which it is. */
export const MAX_COERCION_ERRORS = 5;

/**
 * Executes queries that come again and again by functions that are compiled for them, and gives byte for byte the data
 * that graphql-js gives. To be sure of that, variables are coerced by graphql-js, and what meets an error is left for it
 * to execute again: the compiled function's errors are in other words, and sometimes more. Both runs share the context,
 * so what was loaded is not loaded again. Whatever cannot be run twice is not compiled: subscriptions, mutations, and
 * queries that leave a word somewhere each time.
 *
 * What resolvers give must be plain data: graphql-jit reads properties where nothing catches, so one that threw when it
 * is read would leave the query without an answer.
 */
export class CompiledQueries {
  private readonly coercedSchema: GraphQLSchema;
  private readonly writers: AnswerWriters;
  /** Lives as long as the documents, which are bounded where they are kept. */
  private readonly known = new WeakMap<OperationDefinitionNode, Known>();
  private readonly variants = new LRUCache<string, Variant>(BOUNDS);
  private readonly written = new LRUCache<string, Write | 'none'>(BOUNDS);
  private nextID = 1;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly options: CompiledQueriesOptions = {},
  ) {
    const { types, ...config } = schema.toConfig();
    this.coercedSchema = new GraphQLSchema({ ...config, types: [...types, COERCED], assumeValid: true });
    this.writers = new AnswerWriters(schema);
  }

  /**
   * The data of an operation that can do without graphql-js; null when it has to be executed the ordinary way. A
   * document may lack the operation that was asked for. Never rejects.
   */
  async findData(
    args: Omit<ExecutionArgs, 'schema'>,
    operation: OperationDefinitionNode | null | undefined,
  ): Promise<Data | null> {
    const prepared = this.prepare(args, operation);
    if (prepared === null) return null;
    const { key, compilable, coerced, settle } = prepared;
    const run = this.findRun(key, compilable, () => this.compile(settle()));
    return run === null ? null : this.run(run, args, coerced);
  }

  /**
   * The JSON of the data, the bytes of `JSON.stringify` of what `findData` gives; at once where nothing is waited for.
   * Null for what has to be executed another way. Never throws or rejects.
   */
  findText(
    args: Omit<ExecutionArgs, 'schema'>,
    operation: OperationDefinitionNode | null | undefined,
  ): ByteText | null | Promise<ByteText | null> {
    try {
      const prepared = this.prepare(args, operation);
      if (prepared === null) return null;
      const { key, compilable, coerced, settle } = prepared;
      let write = this.written.get(key);
      if (write === undefined) {
        write = this.writers.find(settle()) ?? 'none';
        this.written.set(key, write, { size: write === 'none' ? 1 : compilable.size });
      }
      if (write === 'none') return null;
      const text = write(args.rootValue, { context: args.contextValue, variables: coerced });
      if (typeof text !== 'string')
        return text.then(
          (later) => this.answer(later),
          () => null,
        );
      return this.answer(text);
    } catch {
      return null;
    }
  }

  private answer<Answer>(answer: Answer): Answer {
    this.options.onCompiledAnswer?.();
    return answer;
  }

  private async run(
    run: Run,
    { rootValue, contextValue }: Omit<ExecutionArgs, 'schema'>,
    coerced: Record<string, unknown>,
  ): Promise<Data | null> {
    try {
      const { data, errors } = await run(rootValue, contextValue, coerced);
      if (errors !== undefined || data === undefined || data === null) return null;
      return this.answer(data);
    } catch {
      return null;
    }
  }

  private prepare(
    { document, variableValues }: Omit<ExecutionArgs, 'schema'>,
    operation: OperationDefinitionNode | null | undefined,
  ): Prepared | null {
    if (operation?.operation !== OperationTypeNode.QUERY) return null;
    const { id, compilable, readPlain } = this.look(document, operation);
    if (compilable === null) return null;
    const values = variableValues ?? {};
    const coerced = readPlain(values) ?? this.coerce(operation, values);
    if (coerced === null) return null;
    const conditions = compilable.conditions.map((name) => coerced[name]);
    // A condition that is null is an error, which graphql-js words.
    if (!conditions.every((value) => typeof value === 'boolean')) return null;
    const isTrue = (name: string): boolean => coerced[name] === true;
    return {
      key: conditions.length === 0 ? id : [id, ...conditions].join(' '),
      compilable,
      coerced,
      settle: () => settleConditions(document, operation, isTrue),
    };
  }

  private look(document: DocumentNode, operation: OperationDefinitionNode): Known {
    let known = this.known.get(operation);
    if (known === undefined) {
      known = {
        id: String(this.nextID++),
        compilable: toCompilable(document, operation),
        readPlain: createPlainReader(operation.variableDefinitions ?? []),
      };
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

  private findRun(key: string, { size }: CompilableOperation, compile: () => Run | null): Run | null {
    const { compileAtUse = COMPILED_AT_USE } = this.options;
    const known = this.variants.get(key) ?? { uses: 0, run: null };
    if (known.uses >= compileAtUse) return known.run;
    const uses = known.uses + 1;
    const run = uses === compileAtUse ? compile() : null;
    this.variants.set(key, { uses, run }, { size: run === null ? 1 : size });
    return run;
  }

  private compile(document: DocumentNode): Run | null {
    const compiled = compileQuery<Data>(this.coercedSchema, withCoercedVariables(document));
    return isCompiledQuery(compiled) ? compiled.query : null;
  }
}

interface Prepared {
  /** Of the operation, with its conditions settled. */
  key: string;
  compilable: CompilableOperation;
  coerced: Record<string, unknown>;
  settle: () => DocumentNode;
}

interface Known {
  id: string;
  compilable: CompilableOperation | null;
  readPlain: ReturnType<typeof createPlainReader>;
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
