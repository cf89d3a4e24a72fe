import { execute, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { DatabaseUnavailableError } from '../database/unavailable';
import type { Delivery, Renderer } from '../events/delivery';
import { toListenerRoot, type ListenerRoot } from '../listener/friendship-event';
import type { Viewer } from '../users/viewer';
import type { Loaders, RequestContext } from './context';
import { presentError, type LogDefect } from './error-presenter';
import { EventTemplates, type TemplateSources } from './event-template';

export interface RendererSources extends TemplateSources {
  schema: GraphQLSchema;
  createContext: (viewer: Viewer, loaders?: Loaders) => RequestContext;
  logDefect: LogDefect;
  /** Called before each execution of a document over an event. */
  onExecution: () => void;
}

export interface EventOperation {
  document: DocumentNode;
  operationName: string | null;
  /** Those that the selection uses; the arguments of the subscription itself are of no use here. */
  variables: Readonly<Record<string, unknown>>;
}

/**
 * Shows events in the form of one document. A change that concerns many viewers is executed once, with places left
 * open for what differs between them; every other event is executed once per viewer, whatever the number of devices.
 */
export class EventRenderer implements Renderer {
  private readonly templates: EventTemplates;

  constructor(
    private readonly operation: EventOperation,
    private readonly sources: RendererSources,
  ) {
    this.templates = new EventTemplates(sources, (root, context) => this.execute(root, context));
  }

  async render(deliveries: readonly Delivery[]): Promise<(() => string)[]> {
    const [first] = deliveries;
    if (first !== undefined && deliveries.every(({ fact }) => fact === first.fact)) {
      return this.renderFact(first.fact, deliveries);
    }
    const places = new Map<Delivery['fact'], number[]>();
    for (const [place, { fact }] of deliveries.entries()) {
      const known = places.get(fact);
      if (known === undefined) places.set(fact, [place]);
      else known.push(place);
    }
    const texts = new Array<() => string>(deliveries.length);
    await Promise.all(
      [...places].map(async ([fact, those]) => {
        const alike = those.flatMap((place) => deliveries[place] ?? []);
        for (const [index, text] of (await this.renderFact(fact, alike)).entries()) {
          texts[those[index] ?? 0] = text;
        }
      }),
    );
    return texts;
  }

  /** What gives the text of each delivery, all of which tell of the same. */
  private async renderFact(
    fact: Delivery['fact'],
    deliveries: readonly Delivery[],
  ): Promise<(() => string)[]> {
    const isShared = deliveries.some(({ userID }) => userID !== deliveries[0]?.userID);
    const texts = isShared ? await this.templates.fill(fact, deliveries) : deliveries.map(() => null);
    const alone = new Map<string, Promise<string>>();
    const missing: Promise<void>[] = [];
    for (const [place, delivery] of deliveries.entries()) {
      if (texts[place] !== null) continue;
      // The devices of a user share one.
      const key = `${delivery.userID} ${delivery.seq}`;
      const text = alone.get(key) ?? this.renderOne(delivery);
      alone.set(key, text);
      missing.push(
        text.then((ready) => {
          texts[place] = () => ready;
        }),
      );
    }
    if (missing.length > 0) await Promise.all(missing);
    return texts as (() => string)[];
  }

  private async renderOne(delivery: Delivery): Promise<string> {
    const context = this.sources.createContext({ userID: delivery.userID, isAdmin: false });
    return JSON.stringify(this.present(await this.execute(toListenerRoot(delivery), context)));
  }

  private async execute(rootValue: ListenerRoot, contextValue: RequestContext): Promise<ExecutionResult> {
    const { document, operationName, variables } = this.operation;
    this.sources.onExecution();
    return execute({
      schema: this.sources.schema,
      document,
      operationName,
      variableValues: variables,
      rootValue,
      contextValue,
    });
  }

  private present({ data, errors }: ExecutionResult): object {
    if (errors === undefined) return { data };
    // The event is still to be delivered, when it can be shown.
    const lost = errors.find(({ originalError }) => originalError instanceof DatabaseUnavailableError);
    if (lost?.originalError) throw lost.originalError;
    return { data, errors: errors.map((error) => presentError(error, this.sources.logDefect)) };
  }
}
