import { createTickingClock } from './crowd';
import { FanoutGate } from './fanout-gate';
import { SeededStore } from './seeded-store';
import { openSideDoor, type SideDoor } from './side-door';
import { TestServer } from './server';
import type { Store } from './stores';

const SET_NICK = 'mutation ($nick: String!) { setSelfInfo(input: { nickName: $nick }) { id } }';

/** A server whose job that tells owners of changed profiles can be held up, and waited for. */
export class FanoutStage {
  private constructor(
    readonly server: TestServer,
    readonly gate: FanoutGate,
    private readonly sideDoor: SideDoor,
  ) {}

  /** The server's clock moves on with every look, so what is written later has a later moment. */
  static async set(store: Store, friendships: readonly (readonly [string, string])[]): Promise<FanoutStage> {
    const seeded = new SeededStore(store, friendships);
    const gate = new FanoutGate();
    const server = await TestServer.start({
      store: seeded,
      clock: createTickingClock(),
      onStatement: gate.onStatement,
    });
    return new FanoutStage(server, gate, await openSideDoor(seeded.config));
  }

  async strike(): Promise<void> {
    await this.sideDoor.close();
    await this.server.stop();
  }

  change(userID: string): Promise<unknown> {
    return this.server.call(userID, SET_NICK, { nick: String(Math.random()) });
  }

  /** Opens the gate and lets every owner be told. A change that nobody is told of makes the job look at once. */
  async finish(): Promise<void> {
    this.gate.open();
    do await this.change('nobody');
    while (await this.hasJobs(`WHERE user_id <> 'nobody'`));
    do await this.server.call('nobody', '{ me { id } }');
    while (await this.hasJobs(''));
  }

  private async hasJobs(where: string): Promise<boolean> {
    const jobs = await this.sideDoor.all(`SELECT user_id FROM profile_fanout ${where}`);
    return jobs.length > 0;
  }
}
