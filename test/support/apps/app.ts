/** An event as the document of these apps selects it. */
export interface AppEvent {
  __typename: string;
  seq: number;
  cursor: string;
  recovered?: boolean;
  reason?: string | null;
  friends?: { userID: string }[];
  userIDs?: string[];
}

/** Where a server is, and who calls. */
export interface AppOptions {
  /** Host and port. */
  address: string;
  headers: Record<string, string>;
}

/** An app of one user, whatever client library it is made with. */
export interface App {
  /** The data of one query; rejects with the errors of the answer. */
  query<Data>(document: string, variables?: Record<string, unknown>): Promise<Data>;
  /** The same for one mutation. */
  mutate<Data>(document: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Listens to the own events. A lost connection is the library's affair: the app only reads on. */
  listen(after: string | null): AppStream;
  /** Close codes of the connections that the app has lost, in their order. */
  readonly closeCodes: readonly number[];
  close(): Promise<void>;
}

/** How an app is made with one library. */
export interface AppKind {
  name: string;
  open(options: AppOptions): App;
}

export const EVENTS = `subscription Events($after: String) {
  friendshipEvents(after: $after) {
    __typename seq cursor
    ... on StreamOpened { recovered reason }
    ... on FriendListAdded { friends { id userID user { id nickName customInfo { key value } } } }
    ... on FriendListDeleted { userIDs }
    ... on SelfInfoUpdated { user { id nickName } }
  }
}`;

/** What a library delivers to the app, to be read in order. */
export class AppStream {
  private readonly queue: AppEvent[] = [];
  private failure: Error | null = null;
  private wake: () => void = () => undefined;
  /** Ends the subscription. */
  stop: () => void = () => undefined;

  push(event: AppEvent): void {
    this.queue.push(event);
    this.wake();
  }

  /** No event follows. */
  fail(cause: unknown): void {
    this.failure ??= new Error(`The stream has ended: ${JSON.stringify(cause)}`, { cause });
    this.wake();
  }

  /** The next event; rejects when the stream has ended and all was taken. */
  async next(): Promise<AppEvent> {
    for (;;) {
      const event = this.queue.shift();
      if (event !== undefined) return event;
      if (this.failure !== null) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async take(count: number): Promise<AppEvent[]> {
    const events: AppEvent[] = [];
    while (events.length < count) events.push(await this.next());
    return events;
  }
}
