import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  TypeNameMetaFieldDef,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { createArguments } from './field-arguments';
import { FieldInfo, toTold, type InfoSource } from './field-info';
import { KeptTexts } from './kept-texts';
import { createLeafWriter } from './leaf-texts';
import { NotPlainError } from './not-plain';
import { Selections, toSelectionSets, type SelectedField } from './selected-fields';
import { encloseText, joinTexts, type Write } from './text-parts';

/** The type whose objects are shared by many answers. Its fields are plain properties. */
const SHARED_TYPE = 'User';
/** Of a selection whose texts are kept: room for all fields under their names or short ones. */
const MAX_SIGNATURE = 500;

/**
 * Makes functions that execute queries and write the answers at the same time: nothing is made that would only be turned
 * into text. The text of a shared object is kept for as long as the object itself is. An answer that is not plain data,
 * because something failed or is null where nothing may be, is not written: the function throws or rejects.
 */
export class AnswerWriters {
  private readonly kept = new KeptTexts();

  constructor(private readonly schema: GraphQLSchema) {}

  /**
   * Of a query without conditions, to be called with the root value; null where there is none. The bytes are
   * those of `JSON.stringify` of the data that graphql-js answers.
   */
  find(document: DocumentNode): Write | null {
    const { schema, kept } = this;
    const [operation] = document.definitions;
    const type = schema.getQueryType();
    if (operation?.kind !== Kind.OPERATION_DEFINITION || !type) return null;
    try {
      const factory = new WriterFactory({ schema, document, operation }, kept);
      const write = factory.createObject(type, [operation.selectionSet]);
      // A schema's root has no value of its own where all its fields have resolvers.
      return (root, asking) => write(root ?? {}, asking);
    } catch (error) {
      if (error instanceof NotPlainError) return null;
      throw error;
    }
  }
}

class WriterFactory {
  private readonly selections: Selections;

  constructor(
    private readonly source: InfoSource,
    private readonly kept: KeptTexts,
  ) {
    this.selections = new Selections(source.schema, source.document);
  }

  createObject(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): Write {
    const fields = this.collect(type, selectionSets);
    const writers = fields.map((field, index) => this.createField(type, field, toHead(field, index)));
    return (value, asking) => {
      requireObject(value);
      const inner = joinTexts(writers.length, (index) => writers[index]?.(value, asking) ?? '');
      return encloseText('{', inner, '}');
    };
  }

  /** Of the object that has the field. */
  private createField(type: GraphQLObjectType, field: SelectedField, head: string): Write {
    const { definition } = field;
    const { name, resolve = defaultFieldResolver } = definition;
    if (name === TypeNameMetaFieldDef.name) {
      const text = head + JSON.stringify(type.name);
      return () => text;
    }
    const writeValue = this.createValue(definition.type, field);
    const write: Write = (value, asking) => encloseText(head, writeValue(value, asking), '');
    if (resolve === defaultFieldResolver)
      return (object, asking) => write((object as Record<string, unknown>)[name], asking);
    const [node] = field.nodes;
    const toArguments = node === undefined ? () => ({}) : createArguments(definition, node);
    const told = toTold(this.source, type, field);
    return (object, asking) => {
      const { context, variables } = asking;
      const info = new FieldInfo(told, variables);
      const given: unknown = resolve(object, toArguments(variables), context, info);
      return given instanceof Promise ? given.then((value) => write(value, asking)) : write(given, asking);
    };
  }

  private createValue(type: GraphQLOutputType, field: SelectedField): Write {
    const nullable = getNullableType(type);
    const write = isListType(nullable)
      ? toListWriter(this.createValue(nullable.ofType, field))
      : this.createNamed(nullable, field);
    const isRequired = isNonNullType(type);
    return (value, asking) => {
      if (value !== null && value !== undefined) return write(value, asking);
      if (isRequired) throw new NotPlainError();
      return 'null';
    };
  }

  private createNamed(type: GraphQLOutputType, field: SelectedField): Write {
    if (isLeafType(type)) return createLeafWriter(type);
    if (!isObjectType(type)) throw new NotPlainError();
    const selectionSets = toSelectionSets(field);
    const write = this.createObject(type, selectionSets);
    if (type.name !== SHARED_TYPE) return write;
    const { signature, isOnce } = this.describe(type, selectionSets);
    // Objects are kept by their size, and their texts must not be many times as large.
    return isOnce && signature.length <= MAX_SIGNATURE ? this.kept.keep(signature, write) : write;
  }

  /**
   * What is asked for of plain objects: the same signature for whatever gives the same texts, and whether no field is
   * asked for twice, under another name.
   */
  private describe(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
  ): { signature: string; isOnce: boolean } {
    const fields = this.collect(type, selectionSets).map((field) => {
      const { name, type: fieldType, resolve = defaultFieldResolver } = field.definition;
      if (resolve !== defaultFieldResolver && name !== TypeNameMetaFieldDef.name) throw new NotPlainError();
      const named = getNamedType(fieldType);
      const inner = isObjectType(named) ? this.describe(named, toSelectionSets(field)) : null;
      const signature = `${field.key}:${name}${inner === null ? '' : `{${inner.signature}}`}`;
      return { name, signature, isOnce: inner?.isOnce ?? true };
    });
    const names = new Set(fields.map(({ name }) => name));
    return {
      signature: fields.map(({ signature }) => signature).join(),
      isOnce: names.size === fields.length && fields.every(({ isOnce }) => isOnce),
    };
  }

  private collect(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): SelectedField[] {
    // Which of several types an object has would have to be asked.
    if (type.isTypeOf) throw new NotPlainError();
    return this.selections.collect(type, selectionSets);
  }
}

function toHead({ key }: SelectedField, index: number): string {
  return `${index === 0 ? '' : ','}${JSON.stringify(key)}:`;
}

function toListWriter(write: Write): Write {
  return (value, asking) => {
    if (!Array.isArray(value)) throw new NotPlainError();
    const inner = joinTexts(value.length, (index) =>
      encloseText(index === 0 ? '' : ',', write(value[index], asking), ''),
    );
    return encloseText('[', inner, ']');
  };
}

/** An error or a promise in an object's place would be taken for an object without the properties. */
function requireObject(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Error || 'then' in value)
    throw new NotPlainError();
}
