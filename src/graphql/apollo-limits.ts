import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type DocumentNode } from 'graphql';
import type { DocumentRules } from './operations';

/**
 * Holds documents to the query limits; requests are held to them where they are counted. Apollo Server takes no refusal
 * between parsing and validation, so an empty document stands in there for one that is refused, is kept in its place, and
 * is refused when it is to be executed. `onChecked` is told what it took to look at a new document, once for each of both
 * parts.
 */
export function enforceLimits({ limiter, onChecked }: DocumentRules): ApolloServerPlugin {
  const refusals = new WeakMap<DocumentNode, GraphQLError>();
  return {
    async requestDidStart() {
      return {
        async parsingDidStart() {
          return toTimer(onChecked);
        },
        async validationDidStart(requestContext) {
          const end = toTimer(onChecked);
          const { document } = requestContext;
          try {
            limiter.checkDocument(document);
          } catch (error) {
            if (!(error instanceof GraphQLError)) throw error;
            const standIn: DocumentNode = { ...document, definitions: [] };
            refusals.set(standIn, error);
            Object.assign(requestContext, { document: standIn });
          }
          return end;
        },
        async didResolveOperation({ document }) {
          const refusal = refusals.get(document);
          if (refusal !== undefined) throw refusal;
        },
      };
    },
  };
}

function toTimer(onEnd: (ms: number) => void): () => Promise<void> {
  const startedMs = performance.now();
  return async () => {
    onEnd(performance.now() - startedMs);
  };
}
