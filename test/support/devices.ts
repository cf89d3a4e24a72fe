import { TestListener, type ListenOptions, type ReceivedEvent } from './listener';
import type { Caller, TestServer } from './server';

const POSITION = '{ friendshipEventPosition }';

/** A listener that knows where it stands in its user's stream. */
export class Device {
  private last: ReceivedEvent;

  constructor(
    private readonly server: TestServer,
    private readonly caller: string | Caller,
    private readonly listener: TestListener,
    readonly opened: ReceivedEvent,
  ) {
    this.last = opened;
  }

  /** The next event. Rejects when `seq` has a gap. */
  async next(): Promise<ReceivedEvent> {
    const event = await this.listener.next();
    if (event.seq !== this.last.seq + 1) {
      throw new Error(`The event ${event.seq} came after ${this.last.seq}.`);
    }
    this.last = event;
    return event;
  }

  /**
   * Every event that was written by now and not taken yet; none of them may be filtered out. The server's own word
   * about the head of the stream proves that nothing else came, without waiting for a time.
   */
  async takeAll(): Promise<ReceivedEvent[]> {
    const { friendshipEventPosition: head } = await this.server.call<{ friendshipEventPosition: string }>(
      this.caller,
      POSITION,
    );
    const events: ReceivedEvent[] = [];
    while (this.last.cursor !== head) events.push(await this.next());
    return events;
  }

  stop(): Promise<void> {
    return this.listener.stop();
  }
}

/** The devices that one test has opened. */
export class Devices {
  private readonly opened: Device[] = [];

  constructor(private readonly server: () => TestServer) {}

  async open(caller: string | Caller, options: ListenOptions = {}): Promise<Device> {
    const server = this.server();
    const { listener, opened } = await TestListener.open(server, caller, options);
    const device = new Device(server, caller, listener, opened);
    this.opened.push(device);
    return device;
  }

  /** To be called after each test. */
  async stopAll(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((device) => device.stop()));
  }
}
