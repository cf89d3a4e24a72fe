import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { Act } from '../audit/act';
import type { ActedReads } from '../audit/acted-reads';
import type { AuditService } from '../audit/audit.service';
import { MAX_TOKEN_ID_BYTES } from '../auth/revocation.service';
import { isUserID } from '../lib/user-id';
import type { Viewer } from '../users/viewer';
import type { RequestContext } from './context';

/** What only administrators may call; any other mutation is an act when it is made in the name of another user. */
const ADMIN_MUTATIONS: readonly string[] = [
  'deleteUsers',
  'importFriends',
  'importUsers',
  'restoreTokens',
  'revokeTokens',
];

/**
 * Makes each mutation that is an act of an administrator go through the audit log. The fields are wrapped one by one: a
 * middleware of TypeGraphQL would be asked for each field of each object.
 */
export function auditMutations(schema: GraphQLSchema, audit: AuditService): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { name, resolve } = field;
    if (resolve === undefined) continue;
    field.resolve = (
      root,
      args: Readonly<Record<string, unknown>>,
      context: RequestContext,
      info,
    ): unknown => {
      const act = findAct(name, args, context.viewer, audit.maxTargets);
      const work = async (): Promise<unknown> => resolve(root, args, context, info);
      return act === null ? work() : audit.perform(act, work, toCodes);
    };
  }
}

type Resolve = GraphQLFieldResolver<unknown, RequestContext>;

/** The export of a user is an act of its own, each time. */
const ACTS_OF_THEIR_OWN: readonly string[] = ['exportUser'];

/** Makes what an administrator asks or listens to in the name of another user go into the audit log first. */
export function auditReads(schema: GraphQLSchema, reads: ActedReads): void {
  const note =
    (operation: string, resolve: Resolve): Resolve =>
    (root, args, context, info): unknown => {
      const { userID, actedBy } = context.viewer;
      if (actedBy === undefined) return resolve(root, args, context, info);
      const act = { actorID: actedBy, actAs: userID, operation, userIDs: [], tokenIDs: [] };
      return reads.note(act).then(() => resolve(root, args, context, info));
    };
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    if (ACTS_OF_THEIR_OWN.includes(field.name) || field.resolve === undefined) continue;
    field.resolve = note(field.name, field.resolve);
  }
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    if (field.subscribe !== undefined) field.subscribe = note(field.name, field.subscribe);
  }
}

function findAct(
  operation: string,
  args: unknown,
  { userID, isAdmin, actedBy }: Viewer,
  maxTargets: number,
): Act | null {
  if (!isAdmin || (actedBy === undefined && !ADMIN_MUTATIONS.includes(operation))) return null;
  return {
    actorID: actedBy ?? userID,
    actAs: actedBy === undefined ? null : userID,
    operation,
    // What stands where an id should may be anything, a profile's text too.
    userIDs: [...new Set(findValues(args, ['userID', 'userIDs']).filter(isUserID))]
      .slice(0, maxTargets)
      .sort(),
    // A longer one is no id of a token, but perhaps a token.
    tokenIDs: findValues(args, ['tokenID']).filter((id) => Buffer.byteLength(id) <= MAX_TOKEN_ID_BYTES),
  };
}

/** The strings under these names, however deep, in their order. */
function findValues(value: unknown, names: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    if (!names.includes(name)) return findValues(inner, names);
    return [inner].flat().filter((id) => typeof id === 'string');
  });
}

/** The different result codes of an answer or of its items, sorted; none where the mutation answers without. */
function toCodes(answer: unknown): string[] {
  const codes = [answer].flat().flatMap((item: unknown) => {
    const isResult = typeof item === 'object' && item !== null && 'resultCode' in item;
    return isResult && typeof item.resultCode === 'string' ? [item.resultCode] : [];
  });
  return [...new Set(codes)].sort();
}
