import { coerceInputValue, GraphQLInputObjectType, type GraphQLSchema } from 'graphql';
import type { UserImport } from '../users/user.service';

/**
 * Reads users from outside of GraphQL by the schema's own `ImportUserInput`, so that a file may hold exactly what the
 * mutation takes. Gives the problem of a value that does not fit, with the path to it.
 */
export function createUserCoercion(
  schema: GraphQLSchema,
): (value: unknown) => UserImport | { problem: string } {
  const type = schema.getType('ImportUserInput');
  if (!(type instanceof GraphQLInputObjectType)) throw new Error('The schema has no ImportUserInput.');
  return (value) => {
    const problems: string[] = [];
    const user = coerceInputValue(value, type, (path, _invalid, { message }) => {
      problems.push(path.length === 0 ? message : `${path.join('.')}: ${message}`);
    }) as UserImport;
    const [problem] = problems;
    return problem === undefined ? user : { problem };
  };
}
