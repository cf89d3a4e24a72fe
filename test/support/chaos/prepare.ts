import type { ChaosCaller } from './caller';
import { ChaosDevice } from './device';
import type { Door } from './door';
import { loadLists, loadPosition, type Start } from './settle';
import type { Cast } from './workload';

const IMPORT_USERS = 'mutation ($users: [ImportUserInput!]!) { importUsers(users: $users) { code } }';
/** As JSON six times as long: the collector's events are large. */
const LONG_NICK = '\u0001'.repeat(500);

/** Creates everybody, and lets all devices listen from the beginning of their users' streams. */
export async function prepare(
  door: Door,
  caller: ChaosCaller,
  { users, mortals, collector, crowd }: Cast,
  devicesPerUser: number,
): Promise<{ starts: Start[]; devices: ChaosDevice[] }> {
  const plain = [...users, ...mortals, collector].map((userID) => ({ userID, allowType: 'ALLOW_ANY' }));
  await caller.ask(null, IMPORT_USERS, { users: plain });
  const large = crowd.map((userID) => ({ userID, nickName: LONG_NICK }));
  await caller.ask(null, IMPORT_USERS, { users: large });
  const starts: Start[] = [];
  const devices: ChaosDevice[] = [];
  for (const userID of [...users, collector]) {
    const cursor = await loadPosition(caller, userID);
    starts.push({ userID, cursor, lists: await loadLists(caller, userID) });
    const token = await caller.token(userID);
    for (let index = 1; index <= devicesPerUser; index++)
      devices.push(new ChaosDevice(door, `${userID}/${index}`, userID, token, cursor));
  }
  for (const device of devices) await device.whenOpen();
  return { starts, devices };
}
