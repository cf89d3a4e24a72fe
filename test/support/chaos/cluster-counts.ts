import type { TroubleCounts } from './cluster-turbulence';
import type { countRecords } from './counts';

/** What happened in a run on a cluster, in numbers. */
export type ClusterCounts = ReturnType<typeof countRecords> & TroubleCounts & { reconnects: number };

/** One line for people. */
export function toClusterLine(title: string, counts: ClusterCounts, violations: number): string {
  const parts = [
    `${counts.acknowledged} acknowledged, ${counts.unknown} unknown`,
    `${counts.events} events, ${counts.deliveries} deliveries to ${counts.devices} devices`,
    `${counts.kills} kills, ${counts.stops} stops, ${counts.cuts} cuts, ${counts.reconnects} reconnects`,
    `${counts.databaseCrashes} crashes of PostgreSQL, ${counts.redisKills} of Redis`,
    `ways to these: ${counts.swallowed} silent, ${counts.unplugged} refused`,
    `${counts.clockJumps} clock jumps`,
    `violations: ${violations}`,
  ];
  return `${title}: ${parts.join('; ')}`;
}
