import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import * as plugins from './apollo-plugins';
import { BoundedStore } from './bounded-store';
import type { CompiledQueries } from './compiled-queries';
import type { RequestContext } from './context';
import { presentError, type LogDefect } from './error-presenter';
import { MAX_TOKENS } from './limits';
import { watchOperations } from './watch-operations';
import type { OperationRates } from '../rates/operation-rates';
import { limitRates } from './rate-plugin';

export function createApollo(
  schema: GraphQLSchema,
  compiled: CompiledQueries,
  logger: Logger,
  logDefect: LogDefect,
  operationRates: OperationRates,
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema,
    logger,
    introspection: true,
    // What browsers send from other sites is refused at the door, where urql's GETs get through.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    // The process has one owner of its signals, and it is not this.
    stopOnTerminationSignals: false,
    parseOptions: { maxLexicalTokens: MAX_TOKENS },
    documentStore: new BoundedStore<DocumentNode>(({ loc }) => loc?.source.body.length ?? 0),
    persistedQueries: { cache: new BoundedStore<string>((text) => text.length) },
    formatError: (_formatted, error) => presentError(error, logDefect),
    /* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- What takes any context takes ours. */
    plugins: [
      plugins.refuseSubscriptions,
      plugins.refuseUnacceptable,
      limitRates(operationRates),
      plugins.answerJsonClientsWith200,
      plugins.executeCompiled(compiled),
      watchOperations,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
}
