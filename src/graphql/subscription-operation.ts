import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  visit,
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { countRootFields } from '../rates/root-fields';
import { settleConditions } from './compilable-operation';
import { findFragments } from './fragments';

/** A subscription's document as it is executed over events. */
export interface EventDocument {
  document: DocumentNode;
  /** The variables that it uses. */
  variables: ReadonlySet<string>;
}

/**
 * Takes out of a subscription what only its opening needs: the arguments of its root field, and the variables that
 * stand in nothing else. Two subscriptions of one document that agree on the rest show every event alike.
 */
export function toEventDocument(document: DocumentNode, operationName: string | null): EventDocument {
  const operation = getOperationAST(document, operationName);
  const roots = operation ? findRootFields(operation.selectionSet, findFragments(document)) : [];
  const rootArguments = new Set<ASTNode>(roots.flatMap((field) => field.arguments ?? []));
  const variables = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Argument: (argument) => (rootArguments.has(argument) ? false : undefined),
    Variable: ({ name }) => {
      variables.add(name.value);
    },
  });
  const bare = visit(document, {
    Argument: (argument) => (rootArguments.has(argument) ? null : undefined),
    VariableDefinition: ({ variable }) => (variables.has(variable.name.value) ? undefined : null),
  });
  return { document: bare, variables };
}

/** Those of a selection set of the root, and of the fragments in it, which may stand nowhere else. */
function findRootFields(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  seen = new Set<string>(),
): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return findRootFields(selection.selectionSet, fragments, seen);
    const { value: name } = selection.name;
    if (seen.has(name)) return [];
    seen.add(name);
    const fragment = fragments.get(name);
    return fragment === undefined ? [] : findRootFields(fragment.selectionSet, fragments, seen);
  });
}

/**
 * The subscription of a validated document that asks for nothing: its field stands under a condition that never holds.
 * graphql-js finds it valid, and throws when it is to be opened.
 */
export function findEmptySubscription(document: DocumentNode): OperationDefinitionNode | undefined {
  return document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .filter(({ operation }) => operation === OperationTypeNode.SUBSCRIPTION)
    .find((subscription) => {
      // Variables decide nothing there: validation sees to it.
      const settled = settleConditions(document, subscription, () => true);
      const [operation] = settled.definitions;
      return operation?.kind === Kind.OPERATION_DEFINITION && countRootFields(settled, operation).all === 0;
    });
}
