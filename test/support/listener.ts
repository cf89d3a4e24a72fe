import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import type { Caller, TestServer } from './server';

/** An event as a listener's document selects it. */
export type ReceivedEvent = { __typename: string; seq: number; cursor: string; type: string } & Record<
  string,
  unknown
>;

export interface ListenOptions {
  after?: string | null;
  types?: string[];
  /** `LISTEN` when left out. */
  document?: string;
}

/** Selects everything of every event. */
export const LISTEN = `
  subscription Listen($after: String, $types: [FriendshipEventType!]) {
    friendshipEvents(after: $after, types: $types) {
      __typename seq cursor type occurredAt
      ... on StreamOpened { recovered reason }
      ... on SelfInfoUpdated { user { id nickName } }
      ... on FriendInfoChanged { friends { ...Friend } }
      ... on FriendListAdded { friends { ...Friend } }
      ... on FriendListDeleted { userIDs }
      ... on FriendApplicationListAdded { applications { id userID type addSource addWording readAt user { id } } }
      ... on FriendApplicationListDeleted { applicationType userIDs }
      ... on FriendApplicationListRead { unreadCount userIDs }
      ... on BlockListAdded { blockedUsers { id userID blockedAt user { id } } }
      ... on BlockListDeleted { userIDs }
      ... on FriendGroupCreated { groupName userIDs }
      ... on FriendGroupDeleted { groupNames }
      ... on FriendGroupRenamed { oldName newName userIDs }
      ... on FriendsAddedToGroup { groupName userIDs }
      ... on FriendsDeletedFromGroup { groupName userIDs }
    }
  }
  fragment Friend on FriendInfo { id userID friendRemark friendGroups friendCustomInfo { key value } user { nickName } }
`;

/** One device of a user: a real graphql-ws client that queues what it receives. */
export class TestListener {
  private readonly queue: ReceivedEvent[] = [];
  private waiting: (() => void) | null = null;
  private ended: Error | null = null;

  private constructor(
    private readonly server: TestServer,
    private readonly caller: Caller,
    private readonly client: Client,
  ) {}

  /** Resolves when StreamOpened has come. */
  static async open(
    server: TestServer,
    caller: string | Caller,
    { after = null, types, document = LISTEN }: ListenOptions = {},
  ): Promise<{ listener: TestListener; opened: ReceivedEvent }> {
    const who = typeof caller === 'string' ? { userID: caller } : caller;
    const client = createClient({
      url: server.wsUrl,
      webSocketImpl: WebSocket,
      connectionParams: () => server.headers(who),
      retryAttempts: 0,
      lazyCloseTimeout: 0,
    });
    const listener = new TestListener(server, who, client);
    client.subscribe<{ friendshipEvents: ReceivedEvent }>(
      { query: document, variables: { after, ...(types && { types }) } },
      {
        next: ({ data, errors }) => {
          if (data) listener.queue.push(data.friendshipEvents);
          else listener.ended = new Error(JSON.stringify(errors));
          listener.waiting?.();
        },
        error: (error) => {
          listener.ended =
            error instanceof Error ? error : new Error(JSON.stringify(error), { cause: error });
          listener.waiting?.();
        },
        complete: () => {
          listener.ended ??= new Error('The subscription ended.');
          listener.waiting?.();
        },
      },
    );
    return { listener, opened: await listener.next() };
  }

  /** The next event; rejects when the subscription has ended and everything was taken. */
  async next(): Promise<ReceivedEvent> {
    for (;;) {
      const event = this.queue.shift();
      if (event !== undefined) return event;
      if (this.ended !== null) throw this.ended;
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
  }

  /** The next `count` events. */
  async take(count: number): Promise<ReceivedEvent[]> {
    const events: ReceivedEvent[] = [];
    while (events.length < count) events.push(await this.next());
    return events;
  }

  /**
   * Everything up to now: makes a change of the user's own profile and takes what comes before its event. Proves that
   * nothing else came without waiting for a time.
   */
  async drain(): Promise<ReceivedEvent[]> {
    const marker = `marker ${String(Math.random())}`;
    await this.server.call(
      this.caller,
      'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }',
      {
        nick: marker,
      },
    );
    const events: ReceivedEvent[] = [];
    for (;;) {
      const event = await this.next();
      const isMarker =
        event.type === 'SELF_INFO_UPDATED' && (event['user'] as { nickName: string }).nickName === marker;
      if (isMarker) return events;
      events.push(event);
    }
  }

  async stop(): Promise<void> {
    await this.client.dispose();
  }
}
