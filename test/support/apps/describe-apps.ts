import { Cable } from '../cable';
import { TestServer } from '../server';
import { describeOnStores, type Store } from '../stores';
import { apolloApp } from './apollo-app';
import type { App, AppKind } from './app';
import { graphqlWsApp } from './graphql-ws-app';
import { urqlApp } from './urql-app';

const kinds: readonly AppKind[] = [graphqlWsApp, apolloApp, urqlApp];

/** A server behind a cable, and the apps that one test has opened on it. */
export class AppStage {
  private readonly apps: App[] = [];

  private constructor(
    private readonly kind: AppKind,
    readonly server: TestServer,
    readonly cable: Cable,
  ) {}

  static async set(kind: AppKind, store: Store): Promise<AppStage> {
    const server = await TestServer.start({ store });
    return new AppStage(kind, server, await Cable.lay(toPort(server)));
  }

  /** @param address - past the cable, for an app that nothing happens to */
  async open(userID: string, address = this.cable.address): Promise<App> {
    const app = this.kind.open({
      address,
      headers: await this.server.headers(userID),
    });
    this.apps.push(app);
    return app;
  }

  get directAddress(): string {
    return new URL(this.server.url).host;
  }

  /** The apps find the server again at the same address. */
  async restart(): Promise<void> {
    await this.server.restart();
    this.cable.plug(toPort(this.server));
  }

  /** To be called after each test. */
  async closeApps(): Promise<void> {
    await Promise.all(this.apps.splice(0).map((app) => app.close()));
  }

  async strike(): Promise<void> {
    await this.cable.remove();
    await this.server.stop();
  }
}

const toPort = ({ url }: TestServer): number => Number(new URL(url).port);

/** Runs the suite for an app made with each client library, on each kind of database. */
export function describeApps(title: string, suite: (stage: () => AppStage) => void): void {
  describeOnStores(title, (store) => {
    describe.each(kinds.map((kind) => [kind.name, kind] as const))('by %s', (_name, kind) => {
      let stage: AppStage;
      beforeAll(async () => {
        stage = await AppStage.set(kind, store);
      });
      afterEach(() => stage.closeApps());
      afterAll(() => stage.strike());
      suite(() => stage);
    });
  });
}
