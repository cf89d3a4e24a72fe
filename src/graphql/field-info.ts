import type {
  DocumentNode,
  GraphQLObjectType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { findFragments } from './fragments';
import { NotPlainError } from './not-plain';
import type { SelectedField } from './selected-fields';

/** What resolvers are told of the query, wherever their field stands in it. */
export interface InfoSource {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

type Told = Omit<GraphQLResolveInfo, 'path' | 'variableValues'>;

/** What the resolvers of one field are told whatever the request: made once for a query. */
export function toTold(
  { schema, document, operation }: InfoSource,
  parentType: GraphQLObjectType,
  { definition, nodes }: SelectedField,
): Told {
  return {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType,
    schema,
    fragments: Object.fromEntries(findFragments(document)),
    rootValue: undefined,
    operation,
  };
}

/**
 * What the resolver of a field is told, but for the path, which differs from object to object: who asks for it gets a
 * NotPlainError.
 */
export class FieldInfo implements GraphQLResolveInfo {
  readonly fieldName: GraphQLResolveInfo['fieldName'];
  readonly fieldNodes: GraphQLResolveInfo['fieldNodes'];
  readonly returnType: GraphQLResolveInfo['returnType'];
  readonly parentType: GraphQLResolveInfo['parentType'];
  readonly schema: GraphQLResolveInfo['schema'];
  readonly fragments: GraphQLResolveInfo['fragments'];
  readonly rootValue: unknown;
  readonly operation: GraphQLResolveInfo['operation'];

  // One by one: copied as a whole, it would take longer than the rest of a field.
  constructor(
    told: Told,
    readonly variableValues: Record<string, unknown>,
  ) {
    this.fieldName = told.fieldName;
    this.fieldNodes = told.fieldNodes;
    this.returnType = told.returnType;
    this.parentType = told.parentType;
    this.schema = told.schema;
    this.fragments = told.fragments;
    this.rootValue = told.rootValue;
    this.operation = told.operation;
  }

  get path(): never {
    throw new NotPlainError();
  }
}
