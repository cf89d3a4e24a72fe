import { setTimeout as delay } from 'node:timers/promises';
import { readGauges } from '../gauges';
import type { ChaosCaller } from './caller';
import type { ChaosDevice } from './device';
import type { Disturbance } from './disturbances';
import type { Gateway } from './gateway';
import { startPatience } from './patience';
import { loadPosition } from './settle';
import { createHeavySteps, type Cast } from './workload';
import type { Writers } from './writers';

/** So many turns write more than the network between server and client holds: 300 KB each. */
const HEAVY_TURNS = 16;
/** Far more than the fifteen seconds that the server bears of a reader that reads nothing, however busy the machine. */
const LONGEST_STALL_MS = 60_000;
const LOOK_EVERY_MS = 200;

/** Lets disturbances befall a gateway and its devices. */
export class Turbulence {
  cuts = 0;
  stalls = 0;
  private readonly stalled = new Set<Promise<void>>();
  private isStallingLong = false;

  constructor(
    private readonly gateway: Gateway,
    private readonly caller: ChaosCaller,
    private readonly cast: Cast,
    private readonly devices: readonly ChaosDevice[],
    private readonly writers: Writers,
  ) {}

  /** Resolves when it has befallen; what stalls goes on by itself. */
  async apply(disturbance: Disturbance): Promise<void> {
    switch (disturbance.kind) {
      case 'cut':
        for (const number of disturbance.devices) pick(this.devices, number)?.cut();
        this.cuts += disturbance.devices.length;
        return;
      case 'stall':
        this.stall(pick(this.devices, disturbance.device), () => this.writers.calls(disturbance.forCalls));
        return;
      case 'longStall': {
        // Two writers of one list would undo each other's turns.
        if (this.isStallingLong) return;
        const own = this.devices.filter(({ userID }) => userID === this.cast.collector);
        const device = pick(own, disturbance.device);
        const neighbour = pick(own, disturbance.device + 1);
        if (device === undefined || neighbour === undefined) return;
        this.stall(device, () => this.writeHeavily(device, neighbour));
        return;
      }
      case 'clock':
        this.gateway.jumpClock(disturbance.byMs);
        return;
      case 'kill':
        if (disturbance.whenCalm) await this.whenCalm();
        await this.gateway.kill();
    }
  }

  /** Resolves when nothing stalls any more. */
  async whenCalm(): Promise<void> {
    await Promise.all(this.stalled);
  }

  private stall(device: ChaosDevice | undefined, until: () => Promise<void>): void {
    if (device === undefined) return;
    const goOn = device.stall();
    this.stalls += 1;
    const stalled = this.recover(device, until().finally(goOn)).finally(() => {
      this.stalled.delete(stalled);
    });
    this.stalled.add(stalled);
  }

  /** A device that reads again, or comes back, gets what it missed meanwhile. */
  private async recover(device: ChaosDevice, stalled: Promise<void>): Promise<void> {
    await stalled;
    await this.catchUp(device);
  }

  private async catchUp(device: ChaosDevice): Promise<void> {
    const position = await loadPosition(this.caller, device.userID);
    const patience = startPatience();
    await device.until(() => device.hasReached(position), patience);
    patience.end();
  }

  /**
   * Far more than a socket holds, as fast as the user's other device reads it; and then nothing is read until the server
   * has sent the device away, which that cannot see itself. One that was cut off, or whose server was killed, is no
   * longer stalled.
   */
  private async writeHeavily(device: ChaosDevice, neighbour: ChaosDevice): Promise<void> {
    this.isStallingLong = true;
    const { kills } = this.gateway;
    const { reconnects } = device;
    const sentAway = await this.countSentAway();
    const steps = createHeavySteps(this.cast);
    for (let turn = 0; turn < HEAVY_TURNS && !this.writers.isOver; turn++) {
      for (const step of steps) await this.writers.call(step);
      await this.catchUp(neighbour);
    }
    const endAtMs = Date.now() + LONGEST_STALL_MS;
    const isStalled = (): boolean =>
      Date.now() < endAtMs && this.gateway.kills === kills && device.reconnects === reconnects;
    while (!this.writers.isOver && isStalled() && (await this.countSentAway()) === sentAway)
      await delay(LOOK_EVERY_MS);
    for (const step of steps) await this.writers.call(step);
    this.isStallingLong = false;
  }

  /** How many subscriptions the gateway sent away since it was started. */
  private async countSentAway(): Promise<number> {
    for (;;) {
      // It may be killed meanwhile.
      const gauges = await readGauges(await this.gateway.enter()).catch(() => null);
      const count = gauges?.get('amicus_slow_subscriptions_total');
      if (gauges !== null && count === undefined)
        throw new Error('The gateway does not count whom it sends away.');
      if (count !== undefined) return count;
    }
  }
}

function pick(devices: readonly ChaosDevice[], number: number): ChaosDevice | undefined {
  return devices[number % devices.length];
}
