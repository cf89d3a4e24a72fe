import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type DocumentNode } from 'graphql';
import type { QueryLimiter } from './limits';

/**
 * Holds requests to the query limits. Apollo Server takes no refusal between parsing and validation, so an empty
 * document stands in there for one that is refused, is kept in its place, and is refused when it is to be executed.
 */
export function enforceLimits(limiter: QueryLimiter): ApolloServerPlugin {
  const refusals = new WeakMap<DocumentNode, GraphQLError>();
  return {
    async requestDidStart() {
      return {
        async validationDidStart(requestContext) {
          const { document } = requestContext;
          try {
            limiter.checkDocument(document);
          } catch (error) {
            if (!(error instanceof GraphQLError)) throw error;
            const standIn: DocumentNode = { ...document, definitions: [] };
            refusals.set(standIn, error);
            Object.assign(requestContext, { document: standIn });
          }
        },
        async didResolveOperation({ document, operation, request }) {
          const refusal = refusals.get(document);
          if (refusal !== undefined) throw refusal;
          if (operation) limiter.checkRequest(operation, request.variables ?? {});
        },
      };
    },
  };
}
