import {
  isAbstractType,
  Kind,
  TypeNameMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { findFragments } from './fragments';
import { NotPlainError } from './not-plain';

/** What is selected under one key of an answer. */
export interface SelectedField {
  key: string;
  definition: GraphQLField<unknown, unknown>;
  /** All that ask for it; never empty. */
  nodes: FieldNode[];
}

/** Finds what a document without conditions selects of an object, its fragments put in place. */
export class Selections {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
  ) {
    this.fragments = findFragments(document);
  }

  /** In the order of the answer. */
  collect(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): SelectedField[] {
    const fields = new Map<string, SelectedField>();
    for (const selectionSet of selectionSets) this.collectInto(fields, type, selectionSet);
    return [...fields.values()];
  }

  private collectInto(
    fields: Map<string, SelectedField>,
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
  ): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) addField(fields, type, selection);
      else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.requireFragment(selection.name.value);
        if (this.applies(fragment.typeCondition?.name.value, type))
          this.collectInto(fields, type, fragment.selectionSet);
      }
    }
  }

  private applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = this.schema.getType(condition);
    return isAbstractType(wanted) && this.schema.isSubType(wanted, type);
  }

  private requireFragment(name: string): FragmentDefinitionNode {
    const fragment = this.fragments.get(name);
    if (fragment === undefined) throw new NotPlainError();
    return fragment;
  }
}

function addField(fields: Map<string, SelectedField>, type: GraphQLObjectType, node: FieldNode): void {
  const name = node.name.value;
  const key = node.alias?.value ?? name;
  const definition = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : type.getFields()[name];
  if (definition === undefined) throw new NotPlainError();
  const field = fields.get(key) ?? { key, definition, nodes: [] };
  field.nodes.push(node);
  fields.set(key, field);
}

/** What is selected of the object that a field gives. */
export function toSelectionSets({ nodes }: SelectedField): SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}
