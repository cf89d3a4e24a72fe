import type { GraphQLSchema } from 'graphql';
import type { Act } from '../audit/act';
import type { AuditService } from '../audit/audit.service';
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
      const act = findAct(name, args, context.viewer);
      const work = async (): Promise<unknown> => resolve(root, args, context, info);
      return act === null ? work() : audit.perform(act, work, toCodes);
    };
  }
}

function findAct(operation: string, args: unknown, { userID, isAdmin, actedBy }: Viewer): Act | null {
  if (!isAdmin || (actedBy === undefined && !ADMIN_MUTATIONS.includes(operation))) return null;
  return {
    actorID: actedBy ?? userID,
    actAs: actedBy === undefined ? null : userID,
    operation,
    // What stands where an id should may be anything, a profile's text too.
    userIDs: [...new Set(findValues(args, ['userID', 'userIDs']).filter(isUserID))].sort(),
    tokenIDs: findValues(args, ['tokenID']),
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
