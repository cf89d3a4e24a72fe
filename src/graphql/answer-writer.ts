import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  TypeNameMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { toIsoTime } from '../lib/iso-time';
import { isShared, WHOLE } from './whole-objects';

/** Gives the JSON text of a value; throws at one that has no place there. */
type Write = (value: unknown) => string;

interface Field {
  key: string;
  name: string;
  type: GraphQLOutputType;
  /** Of an object. */
  selectionSets: SelectionSetNode[];
}

interface Plain {
  write: Write;
  /** The same for whatever gives the same texts. */
  signature: string;
  /** No field is asked for twice, under another name. */
  isOnce: boolean;
}

/** The query is to be answered without a writer. */
class NotPlainError extends Error {}

/** What of a shared object is asked for decides which shelf its text is on; so many there are. */
const MAX_SHELVES = 4;
/** Of a selection whose texts are kept: room for all fields under their names or short ones. */
const MAX_SIGNATURE = 500;

/**
 * Writes the answers of queries whose shared objects were asked for whole, and keeps the text of each such object for as
 * long as the object itself is kept: the next answer that shows it need not be written again.
 */
export class AnswerWriters {
  private readonly shelves = new LRUCache<string, WeakMap<object, string>>({ max: MAX_SHELVES });

  constructor(private readonly schema: GraphQLSchema) {}

  /**
   * Of a query with neither conditions nor errors. Null where it asks for no shared object, or for one where its type is
   * known with the answer only. The text equals `JSON.stringify` of what graphql-js answers.
   */
  find(document: DocumentNode, type: GraphQLObjectType): Write | null {
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) return null;
    try {
      return new WriterFactory(this.schema, document, this.shelves).findObject(type, [
        operation.selectionSet,
      ]);
    } catch (error) {
      if (error instanceof NotPlainError) return null;
      throw error;
    }
  }
}

class WriterFactory {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly shelves: LRUCache<string, WeakMap<object, string>>,
  ) {}

  /** Null where no shared object is below: what is there is in the right order and form already. */
  findObject(type: GraphQLObjectType, selectionSets: SelectionSetNode[]): Write | null {
    const fields = this.collect(type, selectionSets);
    const writers = fields.map((field) => this.findField(field));
    if (writers.every((writer) => writer === null)) return null;
    return toObjectWriter(
      // What stands there is ready to be written, under the name that the client gave it.
      fields.map(({ key }, index) => ({ key, name: key, write: writers[index] ?? toJson })),
    );
  }

  private findField({ type, selectionSets }: Field): Write | null {
    const named = getNamedType(type);
    if (isShared(named)) return wrap(type, this.toShared(named, selectionSets));
    if (isAbstractType(named)) throw new NotPlainError();
    const write = isObjectType(named) ? this.findObject(named, selectionSets) : null;
    return write === null ? null : wrap(type, write);
  }

  private toShared(type: GraphQLObjectType, selectionSets: SelectionSetNode[]): Write {
    const { write, signature, isOnce } = this.toPlain(type, selectionSets);
    const { shelves } = this;
    const toObject = (value: unknown): object => (value as Record<typeof WHOLE, object>)[WHOLE];
    // Objects are kept by their size, and their texts must not be many times as large.
    if (!isOnce || signature.length > MAX_SIGNATURE) return (value) => write(toObject(value));
    return (value) => {
      const object = toObject(value);
      let shelf = shelves.get(signature);
      if (shelf === undefined) shelves.set(signature, (shelf = new WeakMap()));
      let text = shelf.get(object);
      // Through bytes: what was joined piece by piece would be kept in its pieces, which take four times as much.
      if (text === undefined) shelf.set(object, (text = Buffer.from(write(object)).toString()));
      return text;
    };
  }

  /** Of objects as the store gives them. */
  private toPlain(type: GraphQLObjectType, selectionSets: SelectionSetNode[]): Plain {
    const fields = this.collect(type, selectionSets).map((field) => {
      const { key, name } = field;
      if (name === TypeNameMetaFieldDef.name) {
        const text = JSON.stringify(type.name);
        return { key, name, write: () => text, signature: `${key}:${name}`, isOnce: true };
      }
      const named = getNamedType(field.type);
      const inner = isObjectType(named) ? this.toPlain(named, field.selectionSets) : null;
      const write = isLeafType(named) ? (value: unknown) => toJson(named.serialize(value)) : inner?.write;
      const { resolve = defaultFieldResolver } = type.getFields()[name] ?? {};
      if (write === undefined || resolve !== defaultFieldResolver) throw new NotPlainError();
      const signature = `${key}:${name}${inner === null ? '' : `{${inner.signature}}`}`;
      return { key, name, write: wrap(field.type, write), signature, isOnce: inner?.isOnce ?? true };
    });
    return {
      write: toObjectWriter(fields),
      signature: fields.map((field) => field.signature).join(),
      isOnce:
        fields.every((field) => field.isOnce) &&
        new Set(fields.map(({ name }) => name)).size === fields.length,
    };
  }

  private collect(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): Field[] {
    const fields = new Map<string, Field>();
    for (const selectionSet of selectionSets) this.collectInto(fields, type, selectionSet);
    return [...fields.values()];
  }

  private collectInto(
    fields: Map<string, Field>,
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
  ): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) addField(fields, type, selection);
      else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.requireFragment(selection.name.value);
        if (this.applies(fragment.typeCondition?.name.value, type))
          this.collectInto(fields, type, fragment.selectionSet);
      }
    }
  }

  private applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = this.schema.getType(condition);
    return isAbstractType(wanted) && this.schema.isSubType(wanted, type);
  }

  private requireFragment(name: string): FragmentDefinitionNode {
    for (const definition of this.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name) return definition;
    }
    throw new NotPlainError();
  }
}

function addField(
  fields: Map<string, Field>,
  type: GraphQLObjectType,
  { alias, name: { value: name }, selectionSet }: FieldNode,
): void {
  const key = alias?.value ?? name;
  const definition = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : type.getFields()[name];
  if (definition === undefined) throw new NotPlainError();
  const field = fields.get(key) ?? { key, name, type: definition.type, selectionSets: [] };
  if (selectionSet) field.selectionSets.push(selectionSet);
  fields.set(key, field);
}

function toObjectWriter(fields: readonly { key: string; name: string; write: Write }[]): Write {
  const heads = fields.map(({ key }, index) => `${index === 0 ? '' : ','}${JSON.stringify(key)}:`);
  return (value) => {
    // Without any field where all are left out by their conditions.
    let text = '{';
    for (const [index, { name, write }] of fields.entries()) {
      text += (heads[index] ?? '') + write((value as Record<string, unknown>)[name]);
    }
    return `${text}}`;
  };
}

function wrap(type: GraphQLOutputType, write: Write): Write {
  const nullable = getNullableType(type);
  const writeValue = isListType(nullable) ? toListWriter(wrap(nullable.ofType, write)) : write;
  const isRequired = isNonNullType(type);
  return (value) => {
    if (value !== null && value !== undefined) return writeValue(value);
    if (isRequired) throw new Error('A value is missing.');
    return 'null';
  };
}

function toListWriter(write: Write): Write {
  return (value) => {
    if (!Array.isArray(value)) throw new Error('A list is missing.');
    let text = '[';
    for (let index = 0; index < value.length; index++) text += (index === 0 ? '' : ',') + write(value[index]);
    return `${text}]`;
  };
}

/** Texts that stand in JSON as they are. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

function toJson(value: unknown): string {
  // What entries of lists are made of; `JSON.stringify` takes three times as long for a text, and more for a time.
  if (typeof value === 'string') return PLAIN_TEXT.test(value) ? `"${value}"` : JSON.stringify(value);
  if (value instanceof Date) return `"${toIsoTime(value)}"`;
  // Nothing is what `undefined` would become.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new Error('A value is missing.');
  return text;
}
