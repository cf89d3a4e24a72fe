import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { NoSchemaIntrospectionCustomRule, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { executeCompiled, executeOutside } from './apollo-execution';
import { enforceLimits } from './apollo-limits';
import * as plugins from './apollo-plugins';
import { BoundedStore } from './bounded-store';
import type { RequestContext } from './context';
import type { DocumentStore } from './document-store';
import { presentError, type LogDefect } from './error-presenter';
import type { OperationRates } from '../rates/operation-rates';
import type { Execution } from './execution';
import type { KnownQueries } from './known-queries';
import type { DocumentRules } from './operations';
import { limitRates } from './rate-plugin';
import { watchOperations } from './watch-operations';

export interface ApolloOptions extends DocumentRules {
  schema: GraphQLSchema;
  execution: Execution;
  knownQueries: KnownQueries;
  logger: Logger;
  logDefect: LogDefect;
  operationRates: OperationRates;
  documentStore: DocumentStore;
}

export function createApollo(options: ApolloOptions): ApolloServer<RequestContext> {
  const { schema, execution, knownQueries, maxTokens, introspection, logger, logDefect } = options;
  const { operationRates, documentStore, limiter } = options;
  return new ApolloServer<RequestContext>({
    gateway: executeOutside(schema, execution),
    logger,
    // Its own rule says it in other words than the one that WebSocket uses.
    introspection: true,
    validationRules: introspection ? [] : [NoSchemaIntrospectionCustomRule],
    validationOptions: { hideSuggestions: !introspection },
    // What browsers send from other sites is refused at the door, where urql's GETs get through.
    csrfPrevention: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    // The process has one owner of its signals, and it is not this.
    stopOnTerminationSignals: false,
    parseOptions: { maxLexicalTokens: maxTokens },
    documentStore,
    persistedQueries: { cache: new BoundedStore<string>((text) => text.length) },
    formatError: (_formatted, error) => presentError(error, logDefect),
    /* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- What takes any context takes ours. */
    plugins: [
      enforceLimits(options),
      plugins.refuseSubscriptions,
      plugins.refuseUnacceptable,
      limitRates(operationRates, limiter),
      plugins.answerJsonClientsWith200,
      plugins.answerUnavailable,
      executeCompiled(execution, knownQueries),
      watchOperations,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
}
