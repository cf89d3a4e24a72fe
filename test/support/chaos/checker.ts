import { defaultLimits } from '../../../src/limits';
import { findViolations } from '../invariants';
import { findDeviceProblems } from './check-devices';
import { findClaimProblems, findStreamProblems } from './check-streams';
import type { ChaosRecords } from './records';

/**
 * Every promise of the live stream that these records break, each with whose it is and where; empty when all were
 * kept. Looks at nothing but the records: what the server is or says of itself does not count.
 */
export function findBrokenPromises(records: ChaosRecords): string[] {
  const { streams, devices, everybody, mutations, failures } = records;
  const byUser = new Map(streams.map((stream) => [stream.userID, stream]));
  const mayHaveDismissed = (by: string, to: string): boolean =>
    mutations.some(({ step }) => step.kind === 'deleteApplication' && step.by === by && step.to === to);
  return [
    ...failures,
    ...streams.flatMap(findStreamProblems),
    ...devices.flatMap((device) => {
      const stream = byUser.get(device.userID);
      return stream === undefined ? [] : findDeviceProblems(device, stream);
    }),
    ...findClaimProblems(records),
    ...findViolations(everybody, defaultLimits, mayHaveDismissed),
  ];
}
