import type { GraphQLResolveInfo } from 'graphql';
import type { RequestContext } from '../graphql/context';
import { asksFor } from '../graphql/look-ahead';
import type { Wishes } from './friend-info';

const DETAILS = ['addSource', 'addWording', 'friendCustomInfo'];

/** What a field asks for of the entries below it. */
export function toWishes(info: GraphQLResolveInfo, { loaders }: RequestContext): Wishes {
  return {
    profiles: asksFor(info, 'user') ? loaders.profiles : null,
    details: DETAILS.some((name) => asksFor(info, name)),
  };
}
