import { serverAudits, type Audit } from 'graphql-http';
import { TestServer } from './support/server';

describe('GraphQL over HTTP, as graphql-http audits it', () => {
  let server: TestServer;
  let headers: Record<string, string>;
  beforeAll(async () => {
    server = await TestServer.start();
    headers = await server.headers('ann');
  });
  afterAll(() => server.stop());

  const audits: readonly Audit[] = serverAudits({
    url: () => server.url,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } }),
  });

  it('has all its audits', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s %s',
    async (_id, _name, audit) => {
      const result = await audit.fn();
      expect(result).toMatchObject({ status: 'ok' });
    },
  );
});
