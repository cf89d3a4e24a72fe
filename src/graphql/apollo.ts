import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { OperationTypeNode, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { badInput } from '../errors';
import type { RequestContext } from './context';
import { presentError, toHttpError, type LogDefect } from './error-presenter';
import { MAX_TOKENS } from './limits';

/** Executed over HTTP, a subscription would answer with its first event and leak the rest. */
const refuseSubscriptions: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
        throw toHttpError(
          badInput('Subscriptions are served over WebSocket, by the graphql-transport-ws protocol.'),
        );
      },
    };
  },
};

export function createApollo(
  schema: GraphQLSchema,
  logger: Logger,
  logDefect: LogDefect,
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema,
    logger,
    introspection: true,
    // Every request carries a bearer token, which no page of another origin can make a browser add.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    // The process has one owner of its signals, and it is not this.
    stopOnTerminationSignals: false,
    parseOptions: { maxLexicalTokens: MAX_TOKENS },
    formatError: (_formatted, error) => presentError(error, logDefect),
    plugins: [
      refuseSubscriptions,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
}
