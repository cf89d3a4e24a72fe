import { loadConfig } from '../src/config';
import type { Replica } from '../src/database/sql';
import { openServices, type Services } from '../src/services';
import { HeldProfiles } from '../src/users/held-profiles';
import { ReplicaReads } from '../src/users/replica-reads';
import { isAtLeast, StrangerRepository } from '../src/users/stranger.repository';
import { findStore } from './support/stores';

const SECRET = 'a secret of at least thirty-two bytes';
const NOW_MS = Date.UTC(2026, 0, 1);
const ASKS = [{ viewerID: 'me', userIDs: ['they'] }];

/** The database is its own replica: what one gives that follows is in replica.test.ts. */
describe('the profiles of strangers', () => {
  let services: Services;
  let drop: () => Promise<void>;
  let isTold: boolean;
  let failure: Error | null;
  let reads: ReplicaReads;
  beforeAll(async () => {
    const place = await findStore('SQLite').create();
    ({ drop } = place);
    const config = { ...loadConfig({ AMICUS_JWT_SECRET: SECRET, AMICUS_PORT: '0' }), ...place.config };
    services = await openServices(config, { clock: { now: () => NOW_MS } });
    for (const userID of ['me', 'they']) await services.users.register({ userID, isAdmin: false });
  });
  beforeEach(() => {
    isTold = true;
    failure = null;
    const { database, sources } = services;
    const { reader, dialect } = database;
    const replica: Replica = {
      all: (...statement) => reader.all(...statement),
      tuples: (...statement) => (failure === null ? reader.tuples(...statement) : Promise.reject(failure)),
      asOfMs: NOW_MS,
      lagMs: 0,
    };
    const rows = new StrangerRepository(database, new HeldProfiles(dialect));
    reads = new ReplicaReads(database, replica, rows, sources.users, sources.strangers, () => isTold);
  });
  afterAll(async () => {
    await services.stop();
    await drop();
  });

  const load = async (): Promise<string[] | undefined> =>
    (await reads.load(ASKS)).get('me')?.map(({ user }) => user.id);

  it('are read from the replica', async () => {
    expect(await load()).toEqual(['they']);
    expect(reads.stats).toEqual({ fromReplica: 1, fromPrimary: 0, isUp: true, lagMs: 0 });
  });

  it('are not while users may be deleted unheard, whom it may still have', () => {
    isTold = false;
    expect(reads.isUp).toBe(false);
  });

  it('are read from the primary when the replica fails', async () => {
    failure = new Error('The replica is gone.');
    expect(await load()).toEqual(['they']);
    expect(reads.stats).toMatchObject({ fromReplica: 0, fromPrimary: 1 });
  });
});

test('a state is as new as another by the same stream of the viewer only, as far or farther', () => {
  const other = { epoch: 'a', head: 5 };
  expect([4, 5, 6].map((head) => isAtLeast({ epoch: 'a', head }, other))).toEqual([false, true, true]);
  // Before the viewer was deleted and came back.
  expect(isAtLeast({ epoch: 'b', head: 6 }, other)).toBe(false);
  expect(isAtLeast(null, other)).toBe(false);
  for (const unknown of [null, undefined]) expect(isAtLeast(other, unknown)).toBe(false);
});
