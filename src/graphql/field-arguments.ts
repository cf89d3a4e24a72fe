import {
  getArgumentValues,
  isNonNullType,
  isRequiredArgument,
  Kind,
  type FieldNode,
  type GraphQLField,
} from 'graphql';

type Values = Record<string, unknown>;

/**
 * Gives the arguments of a field, for the variables of a request as coerced; throws where one is missing, or null where
 * it may not be. Most fields take theirs from variables as they are.
 */
export function createArguments(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (variables: Values) => Values {
  const given = new Map((node.arguments ?? []).map(({ name, value }) => [name.value, value]));
  const defaults: Values = {};
  const passed: { name: string; variable: string; mayBeNull: boolean }[] = [];
  const read = (variables: Values): Values => getArgumentValues(definition, node, variables);
  for (const argument of definition.args) {
    const value = given.get(argument.name);
    if (value === undefined) {
      if (isRequiredArgument(argument)) return read;
      if (argument.defaultValue !== undefined) defaults[argument.name] = argument.defaultValue;
    } else if (value.kind === Kind.VARIABLE) {
      // One with a default need not be given, and may still not be null.
      const mayBeNull = !isNonNullType(argument.type);
      passed.push({ name: argument.name, variable: value.name.value, mayBeNull });
    } else return read;
  }
  return (variables) => {
    const values = { ...defaults };
    for (const { name, variable, mayBeNull } of passed) {
      const value = variables[variable];
      // One that is absent may have a default, and one that is null may be wrong.
      if (value === undefined || (value === null && !mayBeNull)) return read(variables);
      values[name] = value;
    }
    return values;
  };
}
