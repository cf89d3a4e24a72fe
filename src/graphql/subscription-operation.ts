import { getOperationAST, Kind, visit, type ASTNode, type DocumentNode } from 'graphql';

/**
 * The names of the variables that the selection of a subscription uses: all but those that stand only in the arguments
 * of its root field. Two subscriptions of one document that agree on these show every event alike.
 */
export function findSelectionVariables(document: DocumentNode, operationName: string | null): Set<string> {
  const roots = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  const rootArguments = new Set<ASTNode>(
    roots.flatMap((selection) => (selection.kind === Kind.FIELD ? (selection.arguments ?? []) : [])),
  );
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: (argument) => (rootArguments.has(argument) ? false : undefined),
    Variable: ({ name }) => {
      used.add(name.value);
    },
  });
  return used;
}
