import { HeaderMap, type ApolloServerPlugin, type HTTPGraphQLHead } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { ERROR_CODES } from '../errors';
import type { OperationRates } from '../rates/operation-rates';
import type { Verdict } from '../rates/rate-limit';
import { toRateError, toRateHeaders } from '../rates/rate-refusal';
import type { RequestContext } from './context';
import type { QueryLimiter } from './limits';

/**
 * Counts what is asked for over HTTP before it is executed, and tells in headers how much is left. Holds it to the query
 * limits first: what is over them is not served, and is counted as such.
 */
export function limitRates(rates: OperationRates, limiter: QueryLimiter): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      let isServed = false;
      return {
        async didResolveOperation({ contextValue, document, operation, request, response }) {
          if (operation === undefined || operation.operation === OperationTypeNode.SUBSCRIPTION) return;
          limiter.checkRequest(operation, request.variables ?? {});
          isServed = true;
          const { viewer, progress } = contextValue;
          const verdict =
            progress.verdict === undefined ? await rates.take(viewer, document, operation) : progress.verdict;
          if (verdict?.isRefused === true) throw toRefusal(verdict);
          tell(verdict, response.http);
        },
        async didEncounterErrors({ contextValue, source, response, errors }) {
          // Where there is a text without an operation that is served here, that is what the errors are about.
          if (source === undefined || isServed) return;
          const verdict = await rates.takeInvalid(contextValue.viewer);
          tell(verdict, response.http);
          // Apollo Server takes no other errors from here, and answers with those of this list.
          if (verdict?.isRefused === true) (errors as GraphQLError[]).splice(0, Infinity, toRefusal(verdict));
        },
      };
    },
  };
}

function tell(verdict: Verdict | null, { headers }: HTTPGraphQLHead): void {
  if (verdict === null) return;
  for (const [name, value] of Object.entries(toRateHeaders(verdict))) headers.set(name, value);
}

function toRefusal(verdict: Verdict): GraphQLError {
  const error = toRateError(verdict);
  const headers = new HeaderMap(Object.entries(toRateHeaders(verdict)));
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...error.extensions, http: { status: ERROR_CODES.RATE_LIMITED, headers } },
  });
}
