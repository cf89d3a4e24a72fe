import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TokenKind,
  TypeMetaFieldDef,
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { QueryLimits } from '../query-limits';
import { add, multiply, type Cost } from './cost';
import type { ListSizes } from './list-sizes';
import { tooComplex } from './too-complex';

type Field = GraphQLField<unknown, unknown>;

/** What stands at one level of the answer, by its name there, from wherever in the document it is asked for. */
interface Level {
  readonly fields: Map<string, { count: number; readonly below: Level }>;
  aliases: number;
}

interface Place {
  /** Undefined within what the schema does not know: validation will say so. */
  readonly type: GraphQLNamedType | undefined;
  readonly operation: OperationDefinitionNode | null;
  readonly isRoot: boolean;
  readonly isIntrospection: boolean;
  readonly depth: number;
  readonly listDepth: number;
  readonly nesting: number;
  /** The fragments that the walk is in. */
  readonly spreads: readonly string[];
}

/** Of a selection set: what it costs once, and what it costs for each item of the page that it is of. */
interface SelectionCost {
  readonly once: Cost;
  readonly perItem: Cost;
}

/** The query that tools read a schema with is as deep as its types are wrapped, and 15 in graphql-js. */
const INTROSPECTION_DEPTH = 20;
/** Selection sets in each other, those of fragments too: nobody nests so many, and nothing runs out of stack. */
const MAX_NESTING = 200;

/**
 * Walks a document once, before anything else is done with it, and holds it to all limits on its form. Fragments are
 * walked wherever they are spread, up to the limit on selections, so the work is bounded whatever the document does.
 * What does not fit the schema, cycles of fragments included, is left to validation.
 *
 * Gives what each operation costs: how many fields the largest answer has that it can get. What `@skip` and `@include`
 * say is not looked at.
 *
 * @throws GraphQLError with the code QUERY_TOO_COMPLEX
 */
export function walkDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  limits: QueryLimits,
  sizes: ListSizes,
): Map<OperationDefinitionNode, Cost> {
  return new DocumentWalk(schema, document, limits, sizes).toCosts();
}

class DocumentWalk {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly unseen = new Set<FragmentDefinitionNode>();
  private selections = 0;

  /** More than half of what is allowed, so that a request has room for one. */
  private get wholeUserCost(): number {
    return Math.floor(this.limits.complexity / 2) + 1;
  }

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly limits: QueryLimits,
    private readonly sizes: ListSizes,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.fragments.set(definition.name.value, definition);
      this.unseen.add(definition);
    }
  }

  toCosts(): Map<OperationDefinitionNode, Cost> {
    this.checkNames();
    const costs = new Map<OperationDefinitionNode, Cost>();
    for (const definition of this.document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      this.checkDirectives(definition);
      for (const variable of definition.variableDefinitions ?? []) {
        this.checkDirectives(variable);
        if (variable.defaultValue !== undefined) this.checkValue(variable.defaultValue);
      }
      const type = this.schema.getRootType(definition.operation) ?? undefined;
      const { once } = this.walk(definition.selectionSet, toRoot(type, definition), createLevel());
      costs.set(definition, once);
    }
    // Those that are not spread are refused by validation, which looks at them first.
    for (const { selectionSet, typeCondition } of this.unseen) {
      const type = this.schema.getType(typeCondition.name.value);
      this.walk(selectionSet, { ...toRoot(type, null), isRoot: false }, createLevel());
    }
    return costs;
  }

  private walk(selectionSet: SelectionSetNode, place: Place, level: Level): SelectionCost {
    if (place.nesting > MAX_NESTING) throw tooComplex('nesting', MAX_NESTING, [selectionSet]);
    const once: Cost[] = [];
    const perItem: Cost[] = [];
    const inFragment = (inner: SelectionSetNode, inside: Partial<Place>): void => {
      const cost = this.walk(inner, { ...place, ...inside, nesting: place.nesting + 1 }, level);
      once.push(cost.once);
      perItem.push(cost.perItem);
    };
    for (const selection of selectionSet.selections) {
      if (++this.selections > this.limits.selections) {
        throw tooComplex('selections', this.limits.selections, [selection]);
      }
      this.checkDirectives(selection);
      switch (selection.kind) {
        case Kind.FIELD: {
          const field = this.findField(place.type, selection.name.value);
          const cost = this.walkField(selection, field, place, level);
          (isOfPage(place.type, field) ? perItem : once).push(cost);
          break;
        }
        case Kind.INLINE_FRAGMENT: {
          const { typeCondition } = selection;
          const type = typeCondition ? this.schema.getType(typeCondition.name.value) : place.type;
          inFragment(selection.selectionSet, { type });
          break;
        }
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          const fragment = this.fragments.get(name);
          if (fragment === undefined || place.spreads.includes(name)) break;
          if (this.unseen.delete(fragment)) this.checkDirectives(fragment);
          const type = this.schema.getType(fragment.typeCondition.name.value);
          inFragment(fragment.selectionSet, { type, spreads: [...place.spreads, name] });
        }
      }
    }
    return { once: add(once), perItem: add(perItem) };
  }

  /** The cost of the field with what is below it, for one item of a page that it may stand in. */
  private walkField(node: FieldNode, field: Field | undefined, place: Place, level: Level): Cost {
    const isIntrospection = place.isIntrospection || isSchemaField(field);
    const maxDepth = isIntrospection ? Math.max(INTROSPECTION_DEPTH, this.limits.depth) : this.limits.depth;
    if (place.depth > maxDepth) throw tooComplex('depth', maxDepth, [node]);
    const isList = field !== undefined && isListType(getNullableType(field.type));
    const listDepth = place.listDepth + (isList ? 1 : 0);
    if (listDepth > this.limits.listDepth) throw tooComplex('listDepth', this.limits.listDepth, [node]);
    for (const { value } of node.arguments ?? []) this.checkValue(value);
    const below = this.enter(node, place, level);
    const { selectionSet } = node;
    if (selectionSet === undefined) return place.isRoot && isWholeUser(field) ? this.wholeUserCost : 1;
    const inner = this.walk(
      selectionSet,
      {
        ...place,
        type: field && getNamedType(field.type),
        isRoot: false,
        isIntrospection,
        depth: place.depth + 1,
        listDepth,
        nesting: place.nesting + 1,
      },
      below,
    );
    if (field === undefined) return add([1, inner.once]);
    if (isOfPage(place.type, field)) return add([1, inner.once]);
    if (isList) return add([1, multiply(this.sizes.toSize(field, node, place.operation), inner.once)]);
    const pageSize = this.sizes.findPageSize(field, node, place.operation);
    return add([1, inner.once, multiply(pageSize ?? 1, inner.perItem)]);
  }

  /** Counts the field where it stands in the answer. */
  private enter(node: FieldNode, place: Place, level: Level): Level {
    const name = node.alias?.value ?? node.name.value;
    const known = level.fields.get(name);
    if (known !== undefined) {
      if (++known.count > this.limits.repeats) throw tooComplex('repeats', this.limits.repeats, [node]);
      return known.below;
    }
    if (node.alias !== undefined && ++level.aliases > this.limits.aliases) {
      throw tooComplex('aliases', this.limits.aliases, [node]);
    }
    const below = createLevel();
    level.fields.set(name, { count: 1, below });
    if (place.isRoot && level.fields.size > this.limits.rootFields) {
      throw tooComplex('rootFields', this.limits.rootFields, [node]);
    }
    return below;
  }

  private findField(type: GraphQLNamedType | undefined, name: string): Field | undefined {
    if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
    if (type === this.schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return type.getFields()[name];
  }

  /** All of them: what is in no answer stands in the messages of validation. */
  private checkNames(): void {
    const { nameLength } = this.limits;
    for (let token = this.document.loc?.startToken; token; token = token.next ?? undefined) {
      if (token.kind === TokenKind.NAME && token.value.length > nameLength)
        throw tooComplex('nameLength', nameLength);
    }
  }

  private checkDirectives(
    node: ASTNode & { readonly directives?: readonly DirectiveNode[] | undefined },
  ): void {
    if ((node.directives?.length ?? 0) > this.limits.directives) {
      throw tooComplex('directives', this.limits.directives, [node]);
    }
    for (const directive of node.directives ?? []) {
      for (const { value } of directive.arguments ?? []) this.checkValue(value);
    }
  }

  private checkValue(value: ValueNode): void {
    if (isDeeper(value, this.limits.valueDepth)) {
      throw tooComplex('valueDepth', this.limits.valueDepth, [value]);
    }
  }
}

function isDeeper(value: ValueNode, levels: number): boolean {
  if (value.kind === Kind.LIST) {
    return levels === 0 || value.values.some((item) => isDeeper(item, levels - 1));
  }
  if (value.kind === Kind.OBJECT) {
    return levels === 0 || value.fields.some((field) => isDeeper(field.value, levels - 1));
  }
  return false;
}

function toRoot(type: GraphQLNamedType | undefined, operation: OperationDefinitionNode | null): Place {
  return {
    type: isCompositeType(type) ? type : undefined,
    operation,
    isRoot: true,
    isIntrospection: false,
    depth: 1,
    listDepth: 0,
    nesting: 1,
    spreads: [],
  };
}

function createLevel(): Level {
  return { fields: new Map(), aliases: 0 };
}

function isSchemaField(field: Field | undefined): boolean {
  return field === SchemaMetaFieldDef || field === TypeMetaFieldDef;
}

/** Everything that is kept of a user, as one value: no selection tells how much of it is wanted. */
function isWholeUser(field: Field | undefined): boolean {
  return field?.name === 'exportUser';
}

/** The lists of a connection, as long as its page. */
function isOfPage(parent: GraphQLNamedType | undefined, field: Field | undefined): boolean {
  return (
    parent?.name.endsWith('Connection') === true &&
    field !== undefined &&
    isListType(getNullableType(field.type))
  );
}
