import type { Lists } from '../lists';
import type { ChaosCaller } from './caller';
import type { ChaosDevice } from './device';
import type { Door } from './door';
import type { ChaosRecords } from './records';
import { loadLists, settle, type Start } from './settle';
import type { Cast } from './workload';

/** What is seen from the outside when a run has come to its end: all but the calls, and what the gateways say. */
export async function collect(
  door: Door,
  caller: ChaosCaller,
  { collector, mortals }: Cast,
  starts: readonly Start[],
  devices: readonly ChaosDevice[],
): Promise<Omit<ChaosRecords, 'mutations'>> {
  const settled = await settle(door, caller, starts, devices);
  const everybody = new Map<string, Lists>();
  for (const { userID, lists } of settled.streams) if (userID !== collector) everybody.set(userID, lists);
  for (const name of await findExisting(caller, mortals)) everybody.set(name, await loadLists(caller, name));
  const failures = [caller.failures, ...devices.map((device) => device.failures)].flat();
  return { ...settled, everybody, failures };
}

/** Those of the users who exist; asking creates none. */
async function findExisting(caller: ChaosCaller, userIDs: readonly string[]): Promise<string[]> {
  const query = 'query ($userIDs: [ID!]!) { friendsInfo(userIDs: $userIDs) { userID resultCode } }';
  const { friendsInfo } = await caller.ask<{ friendsInfo: { userID: string; resultCode: string }[] }>(
    null,
    query,
    { userIDs },
  );
  return friendsInfo.filter(({ resultCode }) => resultCode === 'OK').map(({ userID }) => userID);
}
