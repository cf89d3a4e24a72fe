import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import {
  defineIntegrationTestSuite,
  type CreateServerForIntegrationTests,
  type CreateServerForIntegrationTestsResult,
} from '@apollo/server-integration-testsuite';
import { answerJsonClientsWith200 } from '../src/graphql/apollo-plugins';
import { createGraphqlHandler } from '../src/transport/http-graphql';
import { Origins } from '../src/transport/origins';

type Configuration = ConstructorParameters<typeof ApolloServer>[0];
type AuditedServer = CreateServerForIntegrationTestsResult['server'];

/** The handler that Amicus serves GraphQL by. */
const createAudited: CreateServerForIntegrationTests = async (config, options = {}) => {
  const plugins = [...(config.plugins ?? []), answerJsonClientsWith200];
  const apollo = new ApolloServer({ ...config, plugins } as Configuration);
  await apollo.start();
  const answer = createGraphqlHandler({
    apollo,
    createContext: options.context ?? (() => Promise.resolve({})),
    origins: new Origins([]),
    maxBodyBytes: 1024 * 1024,
    onError: (error) => {
      throw error;
    },
  });
  const server = createServer((request, response) => {
    const { search } = new URL(request.url ?? '/', 'http://localhost');
    void answer(request, response, search);
  });
  server.listen(0);
  await once(server, 'listening');
  return {
    // To its types, one of the version that the suite brings.
    server: apollo as unknown as AuditedServer,
    url: `http://localhost:${String((server.address() as AddressInfo).port)}`,
    extraCleanup: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

describe("Apollo's integration suite", () => {
  // Results in pieces are left out: they need @defer and @stream, which the schema does not have.
  defineIntegrationTestSuite(createAudited, { noIncrementalDelivery: true });
});
