import { RevocationList } from '../src/auth/revocation-list';
import { RevocationRepository } from '../src/auth/revocation.repository';
import type { Identity } from '../src/auth/verifier';
import type { Database } from '../src/database/sql';
import { openDatabase } from '../src/database/open-database';
import { SocketRevocations } from '../src/transport/socket-revocations';
import { findStore } from './support/stores';

/** Whose reads of all that is revoked may come late, or fail. */
class LateRows extends RevocationRepository {
  reads = 0;
  untilRead: (() => Promise<void>) | null = null;

  override async loadAll(): ReturnType<RevocationRepository['loadAll']> {
    this.reads++;
    const { untilRead } = this;
    this.untilRead = null;
    const all = await super.loadAll();
    await untilRead?.();
    return all;
  }
}

describe('what a server knows of revoked tokens', () => {
  let database: Database;
  let drop: () => Promise<void>;
  let rows: LateRows;
  let list: RevocationList;
  beforeEach(async () => {
    const place = await findStore('SQLite').create();
    ({ drop } = place);
    database = await openDatabase({ dataDir: '', ...place.config });
    rows = new LateRows(database);
    list = new RevocationList(rows);
    await list.refresh();
  });
  afterEach(async () => {
    await database.stop();
    await drop();
  });

  const identity: Identity = {
    userID: 'ann',
    isAdmin: false,
    expiresAtMs: null,
    issuedAtMs: 3,
    tokenID: null,
  };
  const revoke = async (untilMs: number): Promise<void> => {
    await database.transaction((tx) =>
      rows.insert(tx, { userID: 'ann', tokenID: null }, `id ${String(untilMs)}`, untilMs),
    );
  };

  it('is never what an older read has found that comes later', async () => {
    let end = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      end = resolve;
    });
    const begun = new Promise<void>((resolve) => {
      rows.untilRead = () => {
        resolve();
        return late;
      };
    });
    const first = list.refresh();
    await begun;
    await revoke(5);
    const second = list.refresh();
    // As long as the second one takes if it does not wait for the first.
    for (let time = 0; time < 3; time++) await new RevocationList(rows).refresh();
    end();
    await Promise.all([first, second]);
    expect(list.isRevoked(identity)).toBe(true);
  });

  it('is read again after a read that failed', async () => {
    await revoke(5);
    rows.untilRead = () => Promise.reject(new Error('The database is away.'));
    await expect(list.refresh()).rejects.toThrow('The database is away.');
    expect(list.isRevoked(identity)).toBe(false);
    await list.refresh();
    expect(list.isRevoked(identity)).toBe(true);
  });

  it('is read when it has changed, if only in the time of one, and once in sixty rounds', async () => {
    await revoke(1);
    await list.refreshIfChanged();
    expect(list.isRevoked(identity)).toBe(false);
    await revoke(5);
    await list.refreshIfChanged();
    expect(list.isRevoked(identity)).toBe(true);
    expect(rows.reads).toBe(3);
    for (let round = 3; round < 60; round++) await list.refreshIfChanged();
    expect(rows.reads).toBe(3);
    await list.refreshIfChanged();
    expect(rows.reads).toBe(4);
  });

  it('closes a socket whose token was revoked between its check and its opening, and none that has gone', async () => {
    const sockets = new SocketRevocations(list);
    const closed: string[] = [];
    const open = (name: string) =>
      ({ close: () => closed.push(name) }) as unknown as Parameters<typeof sockets.add>[0];
    const [gone, early] = [open('gone'), open('early')];
    sockets.add(gone, identity);
    sockets.add(early, identity);
    sockets.delete(gone);
    await revoke(5);
    await list.refresh();
    expect(closed).toEqual(['early']);
    sockets.add(open('late'), identity);
    expect(closed).toEqual(['early', 'late']);
  });
});
