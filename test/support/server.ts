import { Agent } from 'node:http';
import { signToken } from '../../src/auth/signer';
import { createApp, type App } from '../../src/app';
import { loadConfig, type Config } from '../../src/config';
import type { Clock } from '../../src/lib/clock';
import type { Limits } from '../../src/limits';
import { post } from './post';
import { sqlite, type Store } from './stores';

export interface GraphqlAnswer<Data> {
  data?: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

export interface Caller {
  userID: string;
  isAdmin?: boolean;
  actAs?: string;
  /** Sent in place of one that the test server makes. */
  token?: string;
}

export interface ServerOptions {
  store?: Store;
  clock?: Clock;
  config?: Partial<Omit<Config, 'limits'>>;
  limits?: Partial<Limits>;
  /** Called before each SQL statement. What it throws, the statement fails with. */
  onStatement?: (sql: string) => void;
  /** Keeps the lines of the log, in place of printing them. */
  logTo?: { write(line: string): void };
  /** Whether events that nobody was told of are found in the log each second. Not as a rule: a lost word is to be seen. */
  rereads?: boolean;
}

/** Longer than any test moves the clock. */
const TEN_YEARS_SECONDS = 10 * 365 * 24 * 60 * 60;
const SECRET = 'a secret of at least thirty-two bytes';

/** The few users of a test ask as fast as they are answered; tests of these limits set their own. */
const RESTLESS = { rateQueries: 0, rateMutations: 0, rateExports: 0 };

/** A real server on a port of its own, over a database of its own. */
export class TestServer {
  /** Every SQL statement since the list was last emptied. */
  readonly statements: string[] = [];
  /** How often a document was executed over an event since the server was made. */
  executions = 0;
  /** How often a query was answered by a compiled function since the server was made. */
  compiledAnswers = 0;
  /** Changes with each start. */
  url = '';
  metricsUrl: string | null = null;
  private app: App;
  private agent: Agent;
  private readonly tokens = new Map<string, Promise<string>>();

  private constructor(
    private readonly config: Config,
    private readonly clock: Clock | undefined,
    private readonly drop: () => Promise<void>,
    private readonly onStatement: (sql: string) => void,
    private readonly logTo: { write(line: string): void } | undefined,
    private readonly rereads: boolean,
  ) {}

  static async start({
    store = sqlite,
    clock,
    config,
    limits,
    onStatement = () => undefined,
    logTo,
    rereads = false,
  }: ServerOptions = {}): Promise<TestServer> {
    const place = await store.create();
    const defaults = loadConfig({ AMICUS_PORT: '0', AMICUS_LOG_LEVEL: 'fatal', AMICUS_JWT_SECRET: SECRET });
    const merged = {
      ...defaults,
      ...RESTLESS,
      ...place.config,
      ...config,
      limits: { ...defaults.limits, ...limits },
    };
    const server = new TestServer(merged, clock, () => place.drop(), onStatement, logTo, rereads);
    try {
      await server.open();
    } catch (error) {
      await place.drop();
      throw error;
    }
    return server;
  }

  /** Stops the server and starts another one over the same database, on a port of its own. */
  async restart(): Promise<void> {
    await this.app.stop();
    await this.open();
  }

  private async open(): Promise<void> {
    // Connections to a server that was stopped end with it, and are not those of the next one, whatever its port.
    this.agent = new Agent({ keepAlive: true });
    this.app = createApp(this.config, {
      ...(this.clock && { clock: this.clock }),
      ...(this.logTo && { logTo: this.logTo }),
      rereadMs: this.rereads ? 1_000 : Infinity,
      onStatement: (sql) => {
        // Asked every second by itself, whatever is tested.
        if (!sql.includes('AS fingerprint')) this.statements.push(sql);
        this.onStatement(sql);
      },
      onExecution: () => this.executions++,
      // So that whatever a test asks is answered by the compiled queries.
      compileAtUse: 1,
      onCompiledAnswer: () => this.compiledAnswers++,
    });
    ({ url: this.url, metricsUrl: this.metricsUrl } = await this.app.start());
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await this.drop();
  }

  get wsUrl(): string {
    return this.url.replace('http', 'ws');
  }

  token(userID: string, isAdmin = false, expiresInSeconds = TEN_YEARS_SECONDS): Promise<string> {
    const key = `${userID} ${String(isAdmin)} ${String(expiresInSeconds)}`;
    const made =
      this.tokens.get(key) ??
      signToken({
        secret: this.config.jwtSecret ?? SECRET,
        issuer: null,
        audience: null,
        userID,
        isAdmin,
        expiresInSeconds,
        nowMs: Date.now(),
      });
    this.tokens.set(key, made);
    return made;
  }

  async headers(caller: string | Caller): Promise<Record<string, string>> {
    const {
      userID,
      isAdmin = false,
      actAs,
      token,
    }: Caller = typeof caller === 'string' ? { userID: caller } : caller;
    return {
      authorization: `Bearer ${token ?? (await this.token(userID, isAdmin))}`,
      ...(actAs !== undefined && { 'x-amicus-act-as': actAs }),
    };
  }

  /** The whole answer to a request with these fields, errors included. */
  async ask<Data = Record<string, unknown>>(
    caller: string | Caller,
    fields: object,
  ): Promise<GraphqlAnswer<Data>> {
    const body = JSON.stringify(fields);
    const answer = await post(this.url, { headers: await this.headers(caller), body, agent: this.agent });
    return JSON.parse(answer) as GraphqlAnswer<Data>;
  }

  /** The whole answer of one operation, errors included. */
  send<Data = Record<string, unknown>>(
    caller: string | Caller,
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<GraphqlAnswer<Data>> {
    return this.ask(caller, { query, variables });
  }

  /** The data of one operation; rejects when there are errors. */
  async call<Data = Record<string, never>>(
    caller: string | Caller,
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<Data> {
    const { data, errors } = await this.send<Data>(caller, query, variables);
    if (errors !== undefined || data === undefined || data === null) {
      throw new Error(`${query} answered ${JSON.stringify(errors)}`);
    }
    return data;
  }
}

export const ADMIN: Caller = { userID: 'admin', isAdmin: true };
