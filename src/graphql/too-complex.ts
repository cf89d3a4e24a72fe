import type { ASTNode, GraphQLError } from 'graphql';
import { CodedError } from '../errors';
import type { QueryLimits } from '../query-limits';
import { toHttpError } from './error-presenter';

/** By limit, what a client is told. Tokens are counted, and too many told of, by the parser. */
const WORDS = {
  nameLength: (maximum) => `The document has a name of more than ${maximum} characters.`,
  depth: (maximum) => `The document is more than ${maximum} fields deep.`,
  listDepth: (maximum) => `The document has more than ${maximum} lists in each other.`,
  aliases: (maximum) => `The document has more than ${maximum} aliases at one level.`,
  directives: (maximum) => `The document has more than ${maximum} directives at one place.`,
  repeats: (maximum) => `The document asks for one place of the answer more than ${maximum} times.`,
  rootFields: (maximum) => `The operation has more than ${maximum} fields at its root.`,
  selections: (maximum) =>
    `The document has more than ${maximum} fields and fragments, counted wherever they are spread.`,
  nesting: (maximum) => `The document has more than ${maximum} pairs of braces in each other.`,
  complexity: (maximum) =>
    `The answer may hold more than ${maximum} fields: ask for fewer, or for smaller pages.`,
  valueDepth: (maximum) => `A value has more than ${maximum} objects and lists in each other.`,
} satisfies Record<Exclude<keyof QueryLimits, 'tokens'> | 'nesting', (maximum: number) => string>;

/** The error of a limit that was passed; `nodes` are where. */
export function tooComplex(
  limit: keyof typeof WORDS,
  maximum: number,
  nodes: readonly ASTNode[] = [],
): GraphQLError {
  return toHttpError(new CodedError('QUERY_TOO_COMPLEX', WORDS[limit](maximum), { limit, maximum }), nodes);
}
