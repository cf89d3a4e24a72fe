import * as fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

export interface GeneratedQuery {
  text: string;
  variables: Record<string, unknown>;
}

/** Texts and ids that are worth asking for, and numbers of items. */
export interface Vocabulary {
  ids: readonly string[];
  texts: readonly string[];
  /** Fields that are not asked for. */
  unasked?: readonly string[];
}

const MAX_DEPTH = 6;
const MAX_SELECTIONS = 60;

/** Draws queries over a whole schema: fields, arguments, variables, aliases, fragments, and `@skip` and `@include`. */
export class QueryGenerator {
  private readonly definitions = new Map<string, { type: string; default: string }>();
  private readonly variables: Record<string, unknown> = {};
  private aliases = 0;
  /** Of fields with arguments, the last one with its name and its arguments. */
  private readonly calls = new Map<GraphQLField<unknown, unknown>, string>();
  /** How many selections may still be drawn. */
  private budget: number;
  private readonly fragments: { name: string; type: GraphQLObjectType; text: string }[] = [];

  private constructor(
    private readonly gen: fc.GeneratorValue,
    private readonly words: Vocabulary,
  ) {
    this.budget = this.int(1, MAX_SELECTIONS);
  }

  static draw(gen: fc.GeneratorValue, schema: GraphQLSchema, words: Vocabulary): GeneratedQuery {
    const root = schema.getQueryType();
    if (!root) throw new Error('The schema has no queries.');
    const generator = new QueryGenerator(gen, words);
    const selection = generator.drawSelection(root, 0);
    const definitions = [...generator.definitions].map(
      ([name, { type, default: value }]) => `$${name}: ${type}${value}`,
    );
    const header = definitions.length === 0 ? '' : `query (${definitions.join(', ')}) `;
    const fragments = generator.fragments.map(
      ({ name, type, text }) => `fragment ${name} on ${type.name} ${text}`,
    );
    return { text: [`${header}${selection}`, ...fragments].join('\n'), variables: generator.variables };
  }

  private drawSelection(type: GraphQLObjectType, depth: number): string {
    const parts: string[] = [];
    const count = this.int(1, 4);
    for (let index = 0; index < count; index++) parts.push(this.drawPart(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  private drawPart(type: GraphQLObjectType, depth: number): string {
    const kind = this.budget-- > 0 ? this.int(0, 11) : 11;
    if (kind === 0)
      return `...${this.maybe(() => ` on ${type.name}`)}${this.drawDirectives()} ${this.drawSelection(type, depth)}`;
    if (kind <= 2) return `...${this.drawFragment(type, depth)}${this.drawDirectives()}`;
    if (kind === 3) return `${this.maybe(() => 'name: ')}__typename${this.drawDirectives()}`;
    const fields = Object.values(type.getFields()).filter(
      (field) =>
        this.words.unasked?.includes(field.name) !== true &&
        ((depth < MAX_DEPTH && this.budget > 0) || !isObjectType(getNamedType(field.type))),
    );
    return fields.length === 0 ? '__typename' : this.drawField(this.pick(fields), depth);
  }

  private drawField(field: GraphQLField<unknown, unknown>, depth: number): string {
    const call = this.drawCall(field);
    const type = getNamedType(field.type);
    const selection = isObjectType(type) ? ` ${this.drawSelection(type, depth + 1)}` : '';
    return `${call}${this.drawDirectives()}${selection}`;
  }

  /** Fields of one name have to agree on their arguments: the same are called again, or others by another name. */
  private drawCall(field: GraphQLField<unknown, unknown>): string {
    const known = this.calls.get(field);
    if (known !== undefined && this.int(0, 2) === 0) return known;
    const args = field.args.flatMap((arg) => this.drawArgument(arg));
    if (args.length === 0) return `${this.drawAlias(field.name)}${field.name}`;
    const call = `with${this.aliases++}: ${field.name}(${args.join(', ')})`;
    this.calls.set(field, call);
    return call;
  }

  private drawAlias(name: string): string {
    const dice = this.int(0, 49);
    if (dice === 0) return `${this.pick(['constructor', 'toString', '__proto__', 'me_id', 'nodes'])}: `;
    return dice < 15 ? `${this.pick(['a', 'me'])}_${name}: ` : '';
  }

  /** One that is there already, or a new one. */
  private drawFragment(type: GraphQLObjectType, depth: number): string {
    const known = this.fragments.filter((fragment) => fragment.type === type);
    if (known.length > 0 && this.int(0, 2) > 0) return this.pick(known).name;
    const text = this.drawSelection(type, depth);
    const name = `F${this.fragments.length}`;
    this.fragments.push({ name, type, text });
    return name;
  }

  private drawDirectives(): string {
    return ['skip', 'include']
      .filter(() => this.int(0, 5) === 0)
      .map((name) => ` @${name}(if: ${this.drawCondition()})`)
      .join('');
  }

  private drawCondition(): string {
    if (this.int(0, 3) === 0) return this.pick(['true', 'false']);
    const name = `if${this.int(0, 2)}`;
    if (!this.definitions.has(name)) {
      const hasDefault = this.int(0, 3) === 0;
      this.definitions.set(
        name,
        hasDefault ? { type: 'Boolean', default: ' = true' } : { type: 'Boolean!', default: '' },
      );
      const value = this.int(0, 30) === 0 ? null : this.int(0, 1) === 0;
      if (!hasDefault || this.int(0, 1) === 0) this.variables[name] = value;
    }
    return `$${name}`;
  }

  private drawArgument(arg: GraphQLArgument): string[] {
    const isRequired = isNonNullType(arg.type) && arg.defaultValue === undefined;
    if (!isRequired && this.int(0, 1) === 0) return [];
    // What has a default takes a variable that may be null, and no null.
    if (isNonNullType(arg.type) && !isRequired && this.int(0, 1) === 0)
      return [`${arg.name}: ${this.drawVariable(getNullableType(arg.type))}`];
    return [`${arg.name}: ${this.drawValue(arg.type)}`];
  }

  /** A variable, or a literal, of which parts may be variables. */
  private drawValue(type: GraphQLInputType): string {
    if (this.int(0, 3) > 0) return this.drawVariable(type);
    const nullable = getNullableType(type);
    if (type === nullable && this.int(0, 9) === 0) return 'null';
    if (isListType(nullable)) {
      const items = Array.from({ length: this.int(0, 3) }, () => this.drawValue(nullable.ofType));
      return `[${items.join(', ')}]`;
    }
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields())
        .filter(
          (field) => (isNonNullType(field.type) && field.defaultValue === undefined) || this.int(0, 1) === 0,
        )
        .map((field) => `${field.name}: ${this.drawValue(field.type)}`);
      return `{ ${fields.join(', ')} }`;
    }
    if (isEnumType(nullable)) return this.drawPlain(nullable) as string;
    return JSON.stringify(this.drawPlain(nullable));
  }

  private drawVariable(type: GraphQLInputType): string {
    const name = `v${this.definitions.size}`;
    this.definitions.set(name, { type: String(type), default: '' });
    if (isNonNullType(type) || this.int(0, 3) > 0) {
      // Now and then what the type does not take.
      this.variables[name] =
        this.int(0, 40) === 0 ? this.pick([null, 1.5, 'x', {}, [[]]]) : this.drawJson(type);
    }
    return `$${name}`;
  }

  private drawJson(type: GraphQLInputType): unknown {
    const nullable = getNullableType(type);
    if (type === nullable && this.int(0, 9) === 0) return null;
    if (isListType(nullable)) {
      if (this.int(0, 9) === 0) return this.drawJson(nullable.ofType);
      return Array.from({ length: this.int(0, 3) }, () => this.drawJson(nullable.ofType));
    }
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields())
        .filter(
          (field) => (isNonNullType(field.type) && field.defaultValue === undefined) || this.int(0, 1) === 0,
        )
        .map((field) => [field.name, this.drawJson(field.type)]);
      return Object.fromEntries(fields);
    }
    return this.drawPlain(nullable);
  }

  private drawPlain(type: GraphQLInputType): unknown {
    if (isEnumType(type)) return this.pick(type.getValues().map(({ name }) => name));
    switch (String(type)) {
      case 'ID':
        return this.pick([...this.words.ids, 7]);
      case 'Int':
        return this.int(-1, 4);
      case 'Boolean':
        return this.int(0, 1) === 0;
      default:
        return this.pick(this.words.texts);
    }
  }

  private maybe(draw: () => string): string {
    return this.int(0, 1) === 0 ? draw() : '';
  }

  private pick<Item>(items: readonly Item[]): Item {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) throw new Error('There is nothing to draw from.');
    return item;
  }

  private int(min: number, max: number): number {
    return this.gen(fc.integer, { min, max });
  }
}
