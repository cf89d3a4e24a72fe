import { execute, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { DatabaseUnavailableError } from '../database/unavailable';
import type { Delivery, Renderer, TextOf } from '../events/delivery';
import { toByteText, type ByteText } from '../lib/byte-text';
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

  async render(deliveries: readonly Delivery[]): Promise<TextOf> {
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
    const texts = new Array<() => ByteText>(deliveries.length);
    await Promise.all(
      [...places].map(async ([fact, those]) => {
        const alike = those.flatMap((place) => deliveries[place] ?? []);
        const textOf = await this.renderFact(fact, alike);
        for (const [index, place] of those.entries()) texts[place] = () => textOf(index);
      }),
    );
    return (place) => texts[place]?.() ?? 'null';
  }

  /** Of deliveries that all tell of the same. */
  private async renderFact(fact: Delivery['fact'], deliveries: readonly Delivery[]): Promise<TextOf> {
    const isShared = deliveries.some(({ userID }) => userID !== deliveries[0]?.userID);
    const shared = isShared ? await this.templates.fill(fact, deliveries) : null;
    const left = shared === null ? [...deliveries.keys()] : shared.left;
    if (shared !== null && left.length === 0) return shared.textOf;
    const alone = await this.renderEach(left.flatMap((place) => deliveries[place] ?? []));
    const texts = new Map(left.map((place, index) => [place, alone[index] ?? 'null']));
    return (place) => texts.get(place) ?? shared?.textOf(place) ?? 'null';
  }

  private renderEach(deliveries: readonly Delivery[]): Promise<ByteText[]> {
    // The devices of a user share one.
    const known = new Map<string, Promise<ByteText>>();
    return Promise.all(
      deliveries.map((delivery) => {
        const key = `${delivery.userID} ${delivery.seq}`;
        const text = known.get(key) ?? this.renderOne(delivery);
        known.set(key, text);
        return text;
      }),
    );
  }

  private async renderOne(delivery: Delivery): Promise<ByteText> {
    const context = this.sources.createContext({ userID: delivery.userID, isAdmin: false });
    return toByteText(JSON.stringify(this.present(await this.execute(toListenerRoot(delivery), context))));
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
