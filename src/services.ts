import { ApplicationRateRepository } from './applications/application-rate.repository';
import { ApplicationRateTrimming } from './applications/application-rate.service';
import { ApplicationRepository } from './applications/application.repository';
import { ApplicationService } from './applications/application.service';
import { ActedReads } from './audit/acted-reads';
import { ActsUnderWay } from './audit/acts-under-way';
import { AuditRetention } from './audit/audit-retention.service';
import { AuditRepository } from './audit/audit.repository';
import { AuditService } from './audit/audit.service';
import { AuditedDatabase } from './audit/audited-database';
import { RevocationList } from './auth/revocation-list';
import { RevocationRepository } from './auth/revocation.repository';
import { RevocationService } from './auth/revocation.service';
import { BlockRepository } from './blocks/block.repository';
import { BlockService } from './blocks/block.service';
import type { Config } from './config';
import { openDatabase } from './database/open-database';
import type { Database } from './database/sql';
import type { WatchStatement } from './database/statement-watch';
import { openBus } from './events/bus-open';
import { DoubtfulCommits } from './events/doubtful-commits';
import { EventLog } from './events/event-log.repository';
import type { FanoutWatch } from './events/fanout-watch';
import { EventHub } from './events/hub';
import type { HubWatch } from './events/hub-watch';
import { EventRetentionRepository } from './events/event-retention.repository';
import { EventRetention } from './events/event-retention.service';
import { ProfileFanoutRepository } from './events/profile-fanout.repository';
import { ProfileFanout } from './events/profile-fanout.service';
import { createEpoch } from './events/stream-epoch';
import { UserExportService } from './export/user-export.service';
import { FriendGroupRepository } from './friends/friend-group.repository';
import { FriendGroupService } from './friends/friend-group.service';
import { FriendSearchService } from './friends/friend-search.service';
import { FriendRepository } from './friends/friend.repository';
import { FriendService } from './friends/friend.service';
import { RelationRepository } from './friends/relation.repository';
import { RelationCalls } from './friends/relation-calls';
import { RelationService } from './friends/relation.service';
import { UserRemovalRepository } from './friends/user-removal.repository';
import { UserRemovalService } from './friends/user-removal.service';
import { systemClock, type Clock } from './lib/clock';
import { Closers } from './lib/closers';
import { Repeating } from './lib/repeating';
import { FriendshipListener } from './listener/friendship-listener.service';
import { ProfileReads } from './users/profile-reads';
import { ReplicaReads } from './users/replica-reads';
import { StrangerCache } from './users/stranger-cache';
import { StrangerRepository } from './users/stranger.repository';
import { HeldProfiles } from './users/held-profiles';
import { UserRepository } from './users/user.repository';
import { UserService } from './users/user.service';
import type { Viewer } from './users/viewer';
import { createLoaders, type LoaderSources, type Loaders } from './graphql/context';

/** What the server looks on at, and what a test may look on at or replace; the rest is real. */
export interface Dependencies {
  clock?: Clock;
  /** Gets the text of every SQL statement before it runs. */
  onStatement?: (sql: string) => void;
  watchStatement?: WatchStatement;
  watchHub?: HubWatch;
  /** How long an event may stay undelivered whose hint was lost, or never sent; Infinity for ever. */
  rereadMs?: number;
  watchFanout?: FanoutWatch;
  /** Called before each execution of a document over an event. */
  onExecution?: () => void;
  /** The use at which a query is compiled. */
  compileAtUse?: number;
  /** Called after each answer that a compiled query gave. */
  onCompiledAnswer?: () => void;
  /** Gets what went wrong where no caller waits for it. */
  onError?: (error: unknown) => void;
  /** Told when the bus is up again after it was down. */
  onBusUp?: () => void;
  /** Told when revocations by other servers are heard of again after they were not. */
  onRevocationsHeard?: () => void;
  /** Where the log goes. */
  logTo?: { write(line: string): void };
}

/** Everything behind the doors: the rules, over an open database. */
export interface Services {
  clock: Clock;
  database: Database;
  users: UserService;
  friends: FriendService;
  search: FriendSearchService;
  groups: FriendGroupService;
  applications: ApplicationService;
  blocks: BlockService;
  relations: RelationService;
  removals: UserRemovalService;
  listener: FriendshipListener;
  audit: AuditService;
  actedReads: ActedReads;
  exports: UserExportService;
  revocations: RevocationService;
  /** Empty until it is read. */
  revocationList: RevocationList;
  hub: EventHub;
  fanout: ProfileFanout;
  /** Work that goes on by itself once it is started. */
  background: readonly { start(): void }[];
  /** The look-ups of one request, or of one event. */
  createLoaders: (viewer: Viewer) => Loaders;
  /** What the look-ups are made over. */
  sources: LoaderSources;
  /** Null when there is no replica. */
  replicaReads: ReplicaReads | null;
  /** Whether this process hears at once of what others do; never false for a single one. */
  isBusUp: () => boolean;
  /** Ends the subscriptions, finishes what is under way and closes the database. Safe to call twice. */
  stop: () => Promise<void>;
}

/** How often revocations that other processes made are looked for. */
const REVOCATIONS_MS = 1_000;
/** How often what is too old is deleted. */
const TRIM_MS = 10 * 60_000;

/** Rejects with nothing left open; with `DataFolderInUseError` when another process has the data folder. */
export async function openServices(config: Config, dependencies: Dependencies = {}): Promise<Services> {
  const { clock = systemClock, onStatement, watchStatement, onError = () => undefined } = dependencies;
  const { limits, dataDir, databaseUrl } = config;
  const closers = new Closers();

  // Storage.
  const store = await openDatabase({
    dataDir,
    databaseUrl,
    postgres: config,
    clock,
    onError,
    onCommitLost: () => {
      doubts.tell();
    },
    onStatement,
    watchStatement,
    readTimeoutMs: config.queryTimeoutMs,
    writeTimeoutMs: config.mutationTimeoutMs,
  });
  closers.add(() => store.stop());
  const acts = new ActsUnderWay();
  const auditRows = new AuditRepository(store);
  const database = new AuditedDatabase(store, auditRows, acts);
  const held = new HeldProfiles(database.dialect);
  const userRows = new UserRepository(database, held);
  const friendRows = new FriendRepository(database, held);
  const groupRows = new FriendGroupRepository(database);
  const applicationRows = new ApplicationRepository(database);
  const blockRows = new BlockRepository(database);

  // Events: written by the log in the change's own transaction, hinted at by the bus, delivered by the hub.
  const bus = await openBus({ ...config, onError, onUp: dependencies.onBusUp });
  closers.add(() => bus.stop());
  const doubts = new DoubtfulCommits(bus);
  closers.add(() => {
    doubts.stop();
  });
  const log = new EventLog(database, bus, clock);
  const fanout = new ProfileFanout(
    database,
    new ProfileFanoutRepository(database),
    log,
    clock,
    onError,
    dependencies.watchFanout,
  );
  closers.add(() => fanout.stop());
  const retentionRows = new EventRetentionRepository(database);
  const keep = { days: config.eventRetentionDays, count: config.eventRetentionCount };
  const retention = new EventRetention(database, retentionRows, clock, keep, onError);
  closers.add(() => retention.stop());
  const hub = new EventHub(log, bus, clock, dependencies.watchHub, dependencies.rereadMs);
  closers.add(() => hub.stop());

  // What administrators did, and the tokens that they revoked.
  const audit = new AuditService(database, auditRows, acts, clock, limits, onError);
  const auditRetention = new AuditRetention(database, auditRows, clock, config.auditRetentionDays);
  const revocationRows = new RevocationRepository(database);
  const revocationList = new RevocationList(revocationRows);
  const revocations = new RevocationService(database, revocationRows, revocationList, clock, config);
  const trimming = new Repeating(
    async () => {
      await auditRetention.trim();
      await revocations.trim();
      return TRIM_MS;
    },
    TRIM_MS,
    onError,
  );
  closers.add(() => trimming.stop());
  const watch = new Repeating(
    async () => {
      await revocationList.refreshIfChanged();
      return REVOCATIONS_MS;
    },
    REVOCATIONS_MS,
    (cause) => {
      onError(new Error('Revocations by other servers are not heard of.', { cause }));
    },
    dependencies.onRevocationsHeard ?? (() => undefined),
  );
  closers.add(() => watch.stop());
  // The embedded database belongs to this process: nobody else can revoke anything there.
  const watches = database.dialect.name === 'sqlite' ? [] : [watch];

  // Rules.
  const users = new UserService(
    database,
    userRows,
    log,
    fanout,
    clock,
    createEpoch,
    limits,
    config.autoRegister,
  );
  const isTold = (): boolean => bus.isUp && bus.hearsAll;
  const strangers = new StrangerCache(clock, isTold);
  bus.subscribe(
    (hints) => {
      for (const { userID, head } of hints) {
        if (head !== null) continue;
        users.forget(userID);
        strangers.dropUser(userID);
        held.drop(userID);
      }
    },
    () => {
      users.forgetAll();
      strangers.dropAll();
      held.dropAll();
    },
  );
  bus.subscribeEdges((edges) => {
    for (const { ownerID, peerID } of edges) strangers.drop(ownerID, peerID);
  });
  const refusalCooldownMs = config.refusalCooldownSeconds * 1_000;
  const relationRows = new RelationRepository(database);
  const relations = new RelationService(
    relationRows,
    groupRows,
    held,
    strangers,
    log,
    bus,
    clock,
    limits,
    refusalCooldownMs,
  );
  const calls = new RelationCalls(database, relations);
  closers.add(() => calls.idle());
  const { replica } = database;
  const replicaReads =
    replica === null
      ? null
      : new ReplicaReads(
          database,
          replica,
          new StrangerRepository(database, held),
          userRows,
          strangers,
          isTold,
        );
  const rateTrimming = new ApplicationRateTrimming(
    database,
    new ApplicationRateRepository(database),
    clock,
    refusalCooldownMs,
    onError,
  );
  closers.add(() => rateTrimming.stop());
  const sources = {
    database,
    users: userRows,
    reads: new ProfileReads(database, userRows, replicaReads),
    strangers,
    friends: friendRows,
    groups: groupRows,
    clock,
  };

  return {
    clock,
    database,
    users,
    friends: new FriendService(database, friendRows, calls, log, limits),
    search: new FriendSearchService(friendRows, limits),
    groups: new FriendGroupService(database, groupRows, friendRows, log, clock, limits),
    applications: new ApplicationService(database, applicationRows, calls, log, clock, limits),
    blocks: new BlockService(blockRows, calls, limits),
    relations,
    removals: new UserRemovalService(database, new UserRemovalRepository(database), log, bus, limits),
    listener: new FriendshipListener(log, hub, applicationRows, blockRows),
    hub,
    fanout,
    audit,
    actedReads: new ActedReads(audit, clock),
    exports: new UserExportService(database, userRows, revocationRows, auditRows, audit, clock),
    revocations,
    revocationList,
    background: [fanout, retention, rateTrimming, trimming, ...watches],
    createLoaders: (viewer) => createLoaders(sources, viewer),
    sources,
    replicaReads,
    isBusUp: () => bus.isUp,
    stop: () => closers.close(),
  };
}
