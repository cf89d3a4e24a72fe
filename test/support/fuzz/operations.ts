import * as fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { QueryGenerator } from '../generated-queries';
import { jsonTexts, toObject } from './json-texts';

/** One operation as its parameters stand in a body; `variables` is JSON, or should be. */
export interface FuzzOperation {
  query: string;
  variables: string;
}

const KINDS = [
  OperationTypeNode.QUERY,
  OperationTypeNode.MUTATION,
  OperationTypeNode.MUTATION,
  OperationTypeNode.SUBSCRIPTION,
];
/** Of 100. */
const ODD_VALUES = 12;
const IDS = ['ann', 'bob', 'cat', 'dan', 'nobody', 'a b', '', 'x'.repeat(33), '\u00e9'];
const TEXTS = [
  '',
  'b',
  'family',
  "'; --",
  '%_\\',
  '\u0000',
  '\ud83d\ude00',
  'x'.repeat(97),
  '2026-01-31T12:00:00.000Z',
];

/** Operations that fit the schema, of all three kinds, whose values mostly fit too. */
export function operations(
  schema: GraphQLSchema,
  cursors: fc.Arbitrary<string>,
): fc.Arbitrary<FuzzOperation> {
  const leaves = fc.oneof(cursors, fc.constantFrom(...TEXTS, ...IDS)).map((text) => JSON.stringify(text));
  const values = jsonTexts(leaves);
  const ofOneField = fc.gen().map((gen) => {
    const kind = pick(gen, KINDS);
    const fields = Object.values(schema.getRootType(kind)?.getFields() ?? {});
    const field = pick(gen, fields);
    const given = field.args.filter(() => gen(fc.nat, 9) > 1);
    const definitions = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
    const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
    return {
      query: `${kind} ${definitions && `(${definitions})`} { ${field.name}${passed && `(${passed})`}${toSelection(field, 0)} }`,
      variables: toObject(given.map(({ name, type }) => [name, drawText(gen, type, values, leaves)])),
    };
  });
  const ofMany = fc.gen().map((gen) => {
    const { text, variables } = QueryGenerator.draw(gen, schema, { ids: IDS, texts: TEXTS });
    return { query: text, variables: JSON.stringify(variables) };
  });
  return fc.oneof({ arbitrary: ofOneField, weight: 3 }, { arbitrary: ofMany, weight: 1 });
}

/** All that can be asked for without arguments, two levels down. */
function toSelection({ type }: GraphQLField<unknown, unknown>, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (!isObjectType(named)) return ' { __typename seq cursor }';
  const fields = Object.values(named.getFields()).filter(
    (field) => field.args.length === 0 && (depth < 2 || isLeafType(getNamedType(field.type))),
  );
  return ` { __typename ${fields.map((field) => `${field.name}${toSelection(field, depth + 1)}`).join(' ')} }`;
}

/** The JSON of a value of the type, or now and then of anything. */
function drawText(
  gen: fc.GeneratorValue,
  type: GraphQLInputType,
  values: fc.Arbitrary<string>,
  leaves: fc.Arbitrary<string>,
): string {
  if (gen(fc.nat, 99) < ODD_VALUES) return gen(() => values);
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const items = Array.from({ length: gen(fc.nat, 3) }, () =>
      drawText(gen, nullable.ofType, values, leaves),
    );
    return `[${items.join(',')}]`;
  }
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields()).filter(
      ({ type: of }) => isNonNullType(of) || gen(fc.boolean),
    );
    return toObject(fields.map(({ name, type: of }) => [name, drawText(gen, of, values, leaves)]));
  }
  if (isEnumType(nullable)) return JSON.stringify(pick(gen, nullable.getValues()).name);
  if (nullable.name === 'Int') return String(gen(fc.integer, { min: -1, max: 100 }));
  if (nullable.name === 'Boolean') return String(gen(fc.boolean));
  if (nullable.name === 'ID') return JSON.stringify(pick(gen, IDS));
  return gen(() => leaves);
}

function pick<Item>(gen: fc.GeneratorValue, items: readonly Item[]): Item {
  const item = items[gen(fc.nat, items.length - 1)];
  if (item === undefined) throw new Error('There is nothing to draw from.');
  return item;
}
