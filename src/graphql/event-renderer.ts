import { execute, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Delivery, Renderer, RenderItem } from '../events/delivery';
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
    this.templates = new EventTemplates(sources, (delivery, context) => this.execute(delivery, context));
  }

  async render(items: readonly RenderItem[]): Promise<string[]> {
    const payloads = new Map<RenderItem, string>();
    const changes = new Map<string, RenderItem[]>();
    for (const item of items) {
      const key = toChangeKey(item);
      const alike = changes.get(key);
      if (alike === undefined) changes.set(key, [item]);
      else alike.push(item);
    }
    await Promise.all(
      [...changes.values()].map(async (alike) => {
        const texts = await this.renderChange(alike);
        for (const item of alike) payloads.set(item, texts.get(toEventKey(item)) ?? 'null');
      }),
    );
    return items.map((item) => payloads.get(item) ?? 'null');
  }

  /** The text of each event among the items, which are of one change: the devices of a user share one. */
  private async renderChange(items: readonly RenderItem[]): Promise<Map<string, string>> {
    const events = new Map(items.map((item) => [toEventKey(item), item]));
    const unique = [...events.values()];
    const isShared = unique.some(({ userID }) => userID !== unique[0]?.userID);
    const shared = isShared ? await this.templates.fill(unique) : [];
    const texts = await Promise.all(unique.map(async (item, index) => shared[index] ?? this.renderOne(item)));
    return new Map(unique.map((item, index) => [toEventKey(item), texts[index] ?? 'null']));
  }

  private async renderOne({ userID, delivery }: RenderItem): Promise<string> {
    const context = this.sources.createContext({ userID, isAdmin: false });
    return JSON.stringify(this.present(await this.execute(delivery, context)));
  }

  private async execute(delivery: Delivery, contextValue: RequestContext): Promise<ExecutionResult> {
    const { document, operationName, variables } = this.operation;
    this.sources.onExecution();
    return execute({
      schema: this.sources.schema,
      document,
      operationName,
      variableValues: variables,
      rootValue: delivery,
      contextValue,
    });
  }

  private present({ data, errors }: ExecutionResult): object {
    if (errors === undefined) return { data };
    return { data, errors: errors.map((error) => presentError(error, this.sources.logDefect)) };
  }
}

/** Equal for the devices of one user. */
function toEventKey({ userID, delivery: { event } }: RenderItem): string {
  return `${userID} ${event.seq} ${event.type}`;
}

/** Equal for events that tell many users of the same change, too. */
function toChangeKey(item: RenderItem): string {
  const { event } = item.delivery;
  if (event.type !== 'FRIEND_INFO_CHANGED') return toEventKey(item);
  return `${event.type} ${event.occurredAtMs} ${event.payload.userIDs.join(' ')}`;
}
