import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  valueFromASTUntyped,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import type { Limits } from '../limits';
import { toDefaultFirst } from '../lib/page';
import type { Cost } from './cost';

type AnyField = GraphQLField<unknown, unknown>;

/** What a list of the schema itself is taken to hold. */
const SCHEMA_ITEMS = 10;

/** How many items the lists of an answer hold at most. */
export class ListSizes {
  /** Of lists that no argument bounds, by the type of their items. */
  private readonly byType: ReadonlyMap<string, number>;

  constructor(private readonly limits: Limits) {
    this.byType = new Map([
      ['CustomField', limits.customFields],
      ['FriendGroup', limits.groups],
    ]);
  }

  /** Of each page of a connection that the field gives: `first`, itself an argument or part of one. */
  findPageSize(field: AnyField, node: FieldNode, operation: OperationDefinitionNode | null): Cost | null {
    const argument = field.args.find(holdsFirst);
    if (argument === undefined) return null;
    return readArgument(argument, node, operation, (value) => {
      const first = isRecord(value) ? value['first'] : value;
      // A larger one is refused by the list itself, in clearer words.
      const { pageSize } = this.limits;
      return typeof first === 'number' ? Math.max(0, Math.min(first, pageSize)) : toDefaultFirst(pageSize);
    });
  }

  /** Of the list that the field gives: one item for each that was sent, where its arguments say what is wanted. */
  toSize(field: AnyField, node: FieldNode, operation: OperationDefinitionNode | null): Cost {
    const { name } = getNamedType(field.type);
    const usual = name.startsWith('__') ? SCHEMA_ITEMS : (this.byType.get(name) ?? this.limits.idsPerCall);
    const argument = field.args.find(({ type }) => isListType(getNullableType(type)));
    if (argument === undefined) return usual;
    return readArgument(argument, node, operation, (value) => {
      if (Array.isArray(value)) return value.length;
      // GraphQL takes a single value for a list of one.
      return value === undefined || value === null ? usual : 1;
    });
  }
}

function holdsFirst({ name, type }: GraphQLArgument): boolean {
  const nullable = getNullableType(type);
  return name === 'first' || (isInputObjectType(nullable) && 'first' in nullable.getFields());
}

function readArgument(
  { name }: GraphQLArgument,
  node: FieldNode,
  operation: OperationDefinitionNode | null,
  toSize: (value: unknown) => number,
): Cost {
  const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (given === undefined) return toSize(undefined);
  const names = findVariables(given);
  if (names.size === 0) return toSize(valueFromASTUntyped(given));
  const defaults = toDefaults(operation);
  if (given.kind === Kind.VARIABLE) {
    const variable = given.name.value;
    return (variables) =>
      toSize(Object.hasOwn(variables, variable) ? variables[variable] : defaults.get(variable));
  }
  // A request may bring any number of variables, and names that every object has: only its own that stand here count.
  return (variables) => {
    const used = Object.create(null) as Record<string, unknown>;
    for (const variable of names) {
      used[variable] = Object.hasOwn(variables, variable) ? variables[variable] : defaults.get(variable);
    }
    return toSize(valueFromASTUntyped(given, used));
  };
}

/** The names of the variables in a value, each once. */
function findVariables(value: ValueNode, found = new Set<string>()): ReadonlySet<string> {
  switch (value.kind) {
    case Kind.VARIABLE:
      found.add(value.name.value);
      break;
    case Kind.LIST:
      for (const item of value.values) findVariables(item, found);
      break;
    case Kind.OBJECT:
      for (const field of value.fields) findVariables(field.value, found);
      break;
    default:
  }
  return found;
}

function toDefaults(operation: OperationDefinitionNode | null): ReadonlyMap<string, unknown> {
  return new Map(
    (operation?.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
