import { toInteger, type Setting } from './lib/setting';

/** How much one document, and one request with its variables, may ask for. */
export interface QueryLimits {
  /** Lexical tokens of a document. */
  readonly tokens: number;
  /** Characters of a name: an alias stands in the answer as often as its field. */
  readonly nameLength: number;
  /** Fields in each other: `{ me { id } }` is 2 deep. */
  readonly depth: number;
  /** Lists in each other. */
  readonly listDepth: number;
  /** Aliases at one level of the answer. */
  readonly aliases: number;
  /** Directives at one place. */
  readonly directives: number;
  /** How often one place of the answer may be asked for. */
  readonly repeats: number;
  /** Fields at the root of an operation. */
  readonly rootFields: number;
  /** Fields and fragments of a document, each counted wherever its fragment is spread. */
  readonly selections: number;
  /** Fields that an answer may hold, by the sizes of the lists asked for. */
  readonly complexity: number;
  /** Objects and lists in each other in a value, of a variable or in the document. */
  readonly valueDepth: number;
}

export const defaultQueryLimits: QueryLimits = {
  tokens: 5_000,
  nameLength: 200,
  depth: 12,
  listDepth: 3,
  aliases: 30,
  directives: 5,
  repeats: 100,
  rootFields: 20,
  selections: 5_000,
  complexity: 100_000,
  valueDepth: 10,
};

/** In the order of the manual. */
export const queryLimitSettings = {
  tokens: limit('tokens', 'TOKENS', 'Lexical tokens of a document.'),
  nameLength: limit('nameLength', 'NAME_LENGTH', 'Characters of a name in a document, aliases among them.'),
  depth: limit('depth', 'DEPTH', 'Fields in each other; `{ me { id } }` is 2 deep.'),
  listDepth: limit('listDepth', 'LIST_DEPTH', 'Lists in each other.'),
  aliases: limit('aliases', 'ALIASES', 'Aliases at one level of the answer.'),
  directives: limit('directives', 'DIRECTIVES', 'Directives at one place of a document.'),
  repeats: limit('repeats', 'REPEATS', 'How often a document may ask for one place of the answer.'),
  rootFields: limit('rootFields', 'ROOT_FIELDS', 'Fields at the root of an operation.'),
  selections: limit(
    'selections',
    'SELECTIONS',
    'Fields and fragments of a document, counted wherever their fragment is spread.',
  ),
  complexity: limit(
    'complexity',
    'COMPLEXITY',
    'Fields that the answer of an operation may hold, by the sizes of its lists.',
  ),
  valueDepth: limit(
    'valueDepth',
    'VALUE_DEPTH',
    'Objects and lists in each other in a value, of a variable or in the document.',
  ),
} satisfies Record<keyof QueryLimits, Setting<number>>;

function limit(key: keyof QueryLimits, suffix: string, description: string): Setting<number> {
  return {
    name: `AMICUS_MAX_${suffix}`,
    default: String(defaultQueryLimits[key]),
    description,
    parse: toInteger(1, 2_147_483_647),
  };
}
