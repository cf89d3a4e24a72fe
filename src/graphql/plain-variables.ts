import { Kind, type TypeNode, type VariableDefinitionNode } from 'graphql';

type Values = Readonly<Record<string, unknown>>;
/** Whether coercion leaves a value as it is. Says no when in doubt. */
type IsPlain = (value: unknown) => boolean;

const SCALARS: Readonly<Record<string, IsPlain>> = {
  ID: (value) => typeof value === 'string',
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => typeof value === 'number' && (value | 0) === value,
};

/**
 * Gives what coercion by graphql-js would give, for values that it would leave as they are: a list of ids costs it a
 * tenth of the request. Null for all others, the wrong ones among them.
 */
export function createPlainReader(
  definitions: readonly VariableDefinitionNode[],
): (values: Values) => Record<string, unknown> | null {
  const checks = definitions.map(({ variable, type, defaultValue }) => ({
    name: variable.name.value,
    isPlain: toCheck(type),
    mayBeAbsent: defaultValue === undefined && type.kind !== Kind.NON_NULL_TYPE,
  }));
  return (values) => {
    const read: Record<string, unknown> = {};
    for (const { name, isPlain, mayBeAbsent } of checks) {
      if (Object.hasOwn(values, name)) {
        if (!isPlain(values[name])) return null;
        read[name] = values[name];
      } else if (!mayBeAbsent) return null;
    }
    return read;
  };
}

function toCheck(type: TypeNode): IsPlain {
  if (type.kind === Kind.NON_NULL_TYPE) return toRequired(type.type);
  const isPlain = toRequired(type);
  return (value) => value === null || isPlain(value);
}

function toRequired(type: Exclude<TypeNode, { kind: Kind.NON_NULL_TYPE }>): IsPlain {
  if (type.kind === Kind.NAMED_TYPE) return SCALARS[type.name.value] ?? (() => false);
  const isPlain = toCheck(type.type);
  return (value) => Array.isArray(value) && value.every(isPlain);
}
