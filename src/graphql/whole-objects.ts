import {
  getNamedType,
  getNullableType,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLUnionType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLFieldConfigMap,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';

/** The type whose objects are shared by many answers. */
const SHARED_TYPE = 'User';
/** The field that gives such an object as it is. */
export const WHOLE = 'wholeObject';

const WHOLE_TYPE = new GraphQLScalarType({ name: 'WholeObject' });
const WHOLE_SELECTION: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: WHOLE } }],
};

export function isShared(type: GraphQLNamedType): type is GraphQLObjectType {
  return isObjectType(type) && type.name === SHARED_TYPE;
}

/** A schema for execution alone, beside one that is valid: its shared objects can be asked for whole. */
export function withWholeObjects(schema: GraphQLSchema, added: readonly GraphQLNamedType[]): GraphQLSchema {
  const { types, query, mutation, subscription, ...config } = schema.toConfig();
  const copies = new Map<string, GraphQLNamedType>();
  const find = <Type extends GraphQLNamedType>(type: Type): Type => (copies.get(type.name) ?? type) as Type;
  const findIn = (type: GraphQLOutputType): GraphQLOutputType => {
    if (isNonNullType(type)) return new GraphQLNonNull(getNullableType(findIn(type.ofType)));
    return isListType(type) ? new GraphQLList(findIn(type.ofType)) : find(type);
  };
  const copyFields = (fields: GraphQLFieldConfigMap<unknown, unknown>) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, { ...field, type: findIn(field.type) }]),
    );
  for (const type of types.filter((candidate) => !isIntrospectionType(candidate))) {
    if (isObjectType(type)) {
      const { fields, interfaces, ...rest } = type.toConfig();
      const whole = isShared(type) ? { [WHOLE]: { type: WHOLE_TYPE, resolve: toItself } } : {};
      copies.set(
        type.name,
        new GraphQLObjectType({
          ...rest,
          fields: () => ({ ...copyFields(fields), ...whole }),
          interfaces: () => interfaces.map(find),
        }),
      );
    } else if (isInterfaceType(type)) {
      const { fields, interfaces, ...rest } = type.toConfig();
      copies.set(
        type.name,
        new GraphQLInterfaceType({
          ...rest,
          fields: () => copyFields(fields),
          interfaces: () => interfaces.map(find),
        }),
      );
    } else if (isUnionType(type)) {
      const { types: members, ...rest } = type.toConfig();
      copies.set(type.name, new GraphQLUnionType({ ...rest, types: () => members.map(find) }));
    }
  }
  return new GraphQLSchema({
    ...config,
    query: query && find(query),
    mutation: mutation && find(mutation),
    subscription: subscription && find(subscription),
    types: [...types.map(find), ...added],
    assumeValid: true,
  });
}

/** The document with every shared object asked for whole; the same one when it asks for none. */
export function askForWholeObjects(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const typeInfo = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: (node) => {
        const type = typeInfo.getType();
        if (!type || !isShared(getNamedType(type))) return undefined;
        return { ...node, selectionSet: WHOLE_SELECTION };
      },
    }),
  );
}

function toItself(source: unknown): unknown {
  return source;
}
