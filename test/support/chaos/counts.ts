import type { ChaosRecords } from './records';

/** What happened in a run, in numbers. */
export interface ChaosCounts {
  acknowledged: number;
  unknown: number;
  /** In the streams of those who have devices. */
  events: number;
  deliveries: number;
  devices: number;
  reconnects: number;
  kills: number;
  cuts: number;
  stalls: number;
  /** Of the stalls, those that the server ended with 1013. */
  closedTooSlow: number;
  clockJumps: number;
}

export function countRecords({
  mutations,
  streams,
  devices,
}: ChaosRecords): Pick<ChaosCounts, 'acknowledged' | 'unknown' | 'events' | 'deliveries' | 'devices'> {
  const count = (lists: readonly (readonly { __typename: string }[])[]): number =>
    lists.flat().filter(({ __typename }) => __typename !== 'StreamOpened').length;
  const acknowledged = mutations.filter(({ outcome }) => outcome === 'acknowledged').length;
  return {
    acknowledged,
    unknown: mutations.length - acknowledged,
    events: count(streams.map(({ log }) => log)),
    deliveries: count(devices.map(({ received }) => received)),
    devices: devices.length,
  };
}

/** One line for people. */
export function toLine(title: string, counts: ChaosCounts, violations: number): string {
  const { stalls, closedTooSlow, clockJumps } = counts;
  const parts = [
    `${counts.acknowledged} acknowledged, ${counts.unknown} unknown`,
    `${counts.events} events, ${counts.deliveries} deliveries to ${counts.devices} devices`,
    `${counts.kills} kills, ${counts.cuts} cuts, ${counts.reconnects} reconnects`,
    `${stalls} stalls (${closedTooSlow} closed with 1013), ${clockJumps} clock jumps`,
    `violations: ${violations}`,
  ];
  return `${title}: ${parts.join('; ')}`;
}
