import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';

type Fragments = GraphQLResolveInfo['fragments'];

/**
 * By the list of the nodes that ask for the field that is resolved, and by name. The list is that of one execution, or of
 * a compiled query: a node stands in others with other nodes beside it, and with other fragments below it.
 */
const known = new WeakMap<readonly FieldNode[], Map<string, boolean>>();

/**
 * Whether a field of this name is selected anywhere below the one that is resolved. Conditions are not looked at: it
 * may be one that is skipped.
 */
export function asksFor({ fieldNodes, fragments }: GraphQLResolveInfo, name: string): boolean {
  let answers = known.get(fieldNodes);
  if (answers === undefined) known.set(fieldNodes, (answers = new Map<string, boolean>()));
  let answer = answers.get(name);
  if (answer === undefined) {
    const seen = new Set<string>();
    answer = fieldNodes.some((node) => selects(node.selectionSet, name, fragments, seen));
    answers.set(name, answer);
  }
  return answer;
}

/** `seen` are the fragments that were looked through: each once, however often it is spread. */
function selects(
  selectionSet: SelectionSetNode | undefined,
  name: string,
  fragments: Fragments,
  seen: Set<string>,
): boolean {
  return (selectionSet?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const spread = selection.name.value;
      if (seen.has(spread)) return false;
      seen.add(spread);
      return selects(fragments[spread]?.selectionSet, name, fragments, seen);
    }
    if (selection.kind === Kind.FIELD && selection.name.value === name) return true;
    return selects(selection.selectionSet, name, fragments, seen);
  });
}
