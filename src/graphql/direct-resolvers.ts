import { GraphQLScalarType, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { getMetadataStorage, type ClassType } from 'type-graphql';

type Metadata = ReturnType<typeof getMetadataStorage>;
type Method = Metadata['queries'][number] | Metadata['fieldResolvers'][number];
type Parameter = NonNullable<Method['params']>[number];
/** Gives the value of a parameter. */
type Read = (...call: Parameters<Resolve>) => unknown;
type Resolve = GraphQLFieldResolver<unknown, Record<string, unknown>, Record<string, unknown>>;
type Instance = Record<string, (...values: unknown[]) => unknown>;

/**
 * Lets queries and fields call the methods of the resolver classes at once, where TypeGraphQL would do nothing but sort
 * the parameters and look at every item of a list: on a page of a list that takes as long as its profiles. Methods that
 * take input objects are left to TypeGraphQL, which makes instances of them.
 */
export function callDirectly(schema: GraphQLSchema, getInstance: (target: ClassType) => object): void {
  const { queries, fieldResolvers, objectTypes } = getMetadataStorage();
  const nameOf = ({ getObjectType }: Metadata['fieldResolvers'][number]): string | undefined =>
    objectTypes.find(({ target }) => target === getObjectType?.())?.name;
  const methods: [typeName: string | undefined, method: Method][] = [
    ...queries.map((method): [string | undefined, Method] => [schema.getQueryType()?.name, method]),
    ...fieldResolvers
      .filter(({ kind }) => kind === 'external')
      .map((method): [string | undefined, Method] => [nameOf(method), method]),
  ];
  for (const [typeName = '', method] of methods) {
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[method.schemaName] : undefined;
    const resolve = toResolve(method, getInstance);
    if (field !== undefined && resolve !== null) field.resolve = resolve;
  }
}

/** Null for what is left to TypeGraphQL. */
function toResolve(method: Method, getInstance: (target: ClassType) => object): Resolve | null {
  const { params = [], middlewares = [], roles, target, methodName } = method;
  if (middlewares.length > 0 || roles !== undefined) return null;
  const reads: Read[] = [];
  for (const parameter of params) {
    const read = toRead(parameter);
    if (read === null) return null;
    reads[parameter.index] = read;
  }
  let instance: Instance | null = null;
  // A schema that is only printed has none.
  const find = (): Instance => (instance ??= getInstance(target as ClassType) as Instance);
  const [first, second, ...others] = reads;
  if (first !== undefined && second !== undefined && others.length === 0) {
    // What each object of a list is asked.
    return (...call) => find()[methodName]?.(first(...call), second(...call));
  }
  return (...call) => find()[methodName]?.(...reads.map((read) => read(...call)));
}

function toRead(parameter: Parameter): Read | null {
  switch (parameter.kind) {
    case 'root':
      return parameter.propertyName === undefined && parameter.getType === undefined ? (root) => root : null;
    case 'context':
      return parameter.propertyName === undefined ? (_root, _args, context) => context : null;
    case 'info':
      return (_root, _args, _context, info) => info;
    case 'arg': {
      const { name } = parameter;
      return isPlain(parameter.getType()) ? (_root, args) => args[name] : null;
    }
    case 'args':
      return toReadAll(parameter.getType() as ClassType);
    default:
      return null;
  }
}

/** An instance of the class with the arguments that were given. */
function toReadAll(target: ClassType): Read | null {
  const fields = getMetadataStorage().argumentTypes.find((type) => type.target === target)?.fields ?? [];
  if (fields.length === 0 || !fields.every((field) => isPlain(field.getType()))) return null;
  const names = fields.map(({ name }) => name);
  return (_root, args) => {
    const instance = new target() as Record<string, unknown>;
    for (const name of names) if (args[name] !== undefined) instance[name] = args[name];
    return instance;
  };
}

/** Whether TypeGraphQL gives a value of the type as it is: everything but an object of a class. */
function isPlain(type: unknown): boolean {
  if (type instanceof GraphQLScalarType) return true;
  return typeof type !== 'function' || [String, Number, Boolean].includes(type as typeof String);
}
