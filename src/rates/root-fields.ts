import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

interface RootFields {
  all: number;
  /** Those that read everything of a user. */
  exports: number;
}

type IsCounted = (field: FieldNode) => boolean;

/** Lives as long as the document. */
const counts = new WeakMap<OperationDefinitionNode, RootFields>();

/**
 * How many fields an operation asks of its root: aliases count one by one, fields of fragments at each place where the
 * fragment stands. `document` is valid and holds the operation.
 */
export function countRootFields(document: DocumentNode, operation: OperationDefinitionNode): RootFields {
  let count = counts.get(operation);
  if (count === undefined) {
    const countThose = (isCounted: IsCounted): number =>
      countFields(document, operation.selectionSet, isCounted, new Map());
    count = {
      all: countThose(() => true),
      exports: countThose(({ name }) => name.value === 'exportUser'),
    };
    counts.set(operation, count);
  }
  return count;
}

/** Each fragment is counted once, however often it is spread: nested, they would be many. */
function countFields(
  document: DocumentNode,
  { selections }: SelectionSetNode,
  isCounted: IsCounted,
  known: Map<string, number>,
): number {
  let count = 0;
  for (const selection of selections) {
    switch (selection.kind) {
      case Kind.FIELD:
        if (isCounted(selection)) count += 1;
        break;
      case Kind.INLINE_FRAGMENT:
        count += countFields(document, selection.selectionSet, isCounted, known);
        break;
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value;
        const fields = known.get(name) ?? countFragment(document, name, isCounted, known);
        known.set(name, fields);
        count += fields;
      }
    }
  }
  return count;
}

function countFragment(
  document: DocumentNode,
  name: string,
  isCounted: IsCounted,
  known: Map<string, number>,
): number {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name)
      return countFields(document, definition.selectionSet, isCounted, known);
  }
  return 0;
}
