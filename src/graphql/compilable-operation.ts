import {
  BREAK,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  visit,
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { findFragments } from './fragments';

/** What there is to know of a query before it is compiled. */
export interface CompilableOperation {
  /** The variables that decide, in `@skip` and `@include`, which fields are asked for. */
  conditions: readonly string[];
  /** What it takes once it is compiled, in fields of about 2 KB, fragments counted wherever they are spread. */
  size: number;
}

/** Fragments spread in fragments can double the fields with each level: what is larger is not compiled. */
const MAX_FIELDS = 200;
/** The compiled query holds on to its document, with its text and names as long as that. */
const CHARACTERS_PER_FIELD = 1_000;
/**
 * The compiled query is made over a schema of its own, which must not be seen. An export goes into the audit log, and
 * what is compiled may be executed twice.
 */
const LEFT_OUT = ['__schema', '__type', 'exportUser'];

/**
 * Says of a validated query how it can be compiled; null when it is left to graphql-js.
 *
 * graphql-jit writes the query into the source text of a function. Names cannot do harm there, but texts can: one that
 * holds a certain word is run as a program (0.8.9). So whatever holds a text is not compiled; queries that are worth it
 * have their texts in variables.
 */
export function toCompilable(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompilableOperation | null {
  const fragments = findFragments(document);
  const required = new Set(
    (operation.variableDefinitions ?? [])
      .filter(({ type }) => type.kind === Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value),
  );
  const conditions = new Set<string>();
  const misfits: ASTNode[] = [];
  const refuse = (node: ASTNode): typeof BREAK => {
    misfits.push(node);
    return BREAK;
  };
  for (const root of [operation, ...fragments.values()]) {
    visit(root, {
      StringValue: refuse,
      // As the name of a property it would not be one, but the object's prototype.
      Name: (node) => (node.value === '__proto__' ? refuse(node) : undefined),
      Field: (node) => (LEFT_OUT.includes(node.name.value) ? refuse(node) : undefined),
      Directive: (directive) => {
        const condition = findCondition(directive);
        if (condition === null) return refuse(directive);
        if (typeof condition === 'string') conditions.add(condition);
        return undefined;
      },
      Variable: (node, _key, parent) => {
        const { value } = node.name;
        // One that is absent would be what every object has under that name.
        const isOfObjects = value in Object.prototype;
        // Inside of a literal graphql-jit gives null for a variable that is absent.
        return isOfObjects || (isLiteral(parent) && !required.has(value)) ? refuse(node) : undefined;
      },
    });
  }
  if (misfits.length > 0) return null;
  const fieldCount = countFields(operation.selectionSet, fragments, new Map());
  if (fieldCount > MAX_FIELDS) return null;
  const characters = document.loc?.source.body.length ?? 0;
  return {
    conditions: [...conditions].sort(),
    size: fieldCount + Math.floor(characters / CHARACTERS_PER_FIELD),
  };
}

/**
 * The query with the conditions settled, and without any `@skip` and `@include`: graphql-jit takes a fragment that is
 * spread twice for what its first place says. The rest of the document goes.
 */
export function settleConditions(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  isTrue: (variable: string) => boolean,
): DocumentNode {
  const isIncluded = ({ directives = [] }: { directives?: readonly DirectiveNode[] }): boolean =>
    directives.every((directive) => {
      const condition = findCondition(directive);
      const value = typeof condition === 'string' ? isTrue(condition) : condition === true;
      return value === (directive.name.value === GraphQLIncludeDirective.name);
    });
  const keepIncluded = (node: { directives?: readonly DirectiveNode[] }) =>
    isIncluded(node) ? undefined : null;
  const definitions = [operation, ...findFragments(document).values()];
  return visit(
    { kind: Kind.DOCUMENT, definitions },
    {
      Field: keepIncluded,
      InlineFragment: keepIncluded,
      FragmentSpread: keepIncluded,
      Directive: () => null,
    },
  );
}

/** The name of the variable, or the value, that a `@skip` or `@include` depends on; null for anything else. */
function findCondition({ name, arguments: [argument] = [] }: DirectiveNode): string | boolean | null {
  if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) return null;
  if (argument?.value.kind === Kind.VARIABLE) return argument.value.name.value;
  return argument?.value.kind === Kind.BOOLEAN ? argument.value.value : null;
}

function isLiteral(parent: ASTNode | readonly ASTNode[] | undefined): boolean {
  if (parent === undefined) return false;
  // The items of a list come as an array; no other variables do.
  return !('kind' in parent) || parent.kind === Kind.OBJECT_FIELD;
}

function countFields(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  counted: Map<string, number>,
): number {
  let count = 0;
  for (const selection of selections) {
    switch (selection.kind) {
      case Kind.FIELD:
        count += 1 + (selection.selectionSet ? countFields(selection.selectionSet, fragments, counted) : 0);
        break;
      case Kind.INLINE_FRAGMENT:
        count += countFields(selection.selectionSet, fragments, counted);
        break;
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        const known =
          counted.get(name) ?? (fragment ? countFields(fragment.selectionSet, fragments, counted) : 0);
        counted.set(name, known);
        count += known;
      }
    }
  }
  return count;
}
