import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { ERROR_CODES } from '../errors';
import type { OperationRates } from '../rates/operation-rates';
import { toRateError, toRateHeaders } from '../rates/rate-refusal';
import type { RequestContext } from './context';

/** Counts operations over HTTP before they are executed, and tells in headers how many are left. */
export function limitRates(rates: OperationRates): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ contextValue, document, operation, response }) {
          // Not served here.
          if (operation === undefined || operation.operation === OperationTypeNode.SUBSCRIPTION) return;
          const verdict = await rates.take(contextValue.viewer, document, operation);
          if (verdict === null) return;
          const headers = new HeaderMap(Object.entries(toRateHeaders(verdict)));
          if (verdict.isRefused) {
            const error = toRateError(verdict);
            const http = { status: ERROR_CODES.RATE_LIMITED, headers };
            throw new GraphQLError(error.message, {
              originalError: error,
              extensions: { ...error.extensions, http },
            });
          }
          for (const [name, value] of headers) response.http.headers.set(name, value);
        },
      };
    },
  };
}
