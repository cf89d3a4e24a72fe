import type { ImportService } from '../friends/import.service';
import { toCount } from '../lib/count';
import { type EdgeLine, readEdgeList } from '../lib/edge-list';
import { type JsonLine, readJsonLines } from '../lib/json-lines';
import type { ImportKind, LineProblem } from './import-run';

/** A kind of file that counts what it stored, so it serves one run. */
export interface CountingKind<Entry extends { readonly line: number }> extends ImportKind<Entry> {
  /** The counts of this run in one sentence. */
  summarize(skipped: number): string;
}

type Edge = Exclude<EdgeLine, LineProblem>;
type JsonObject = Exclude<JsonLine, LineProblem>;

/** Two-way friendships; users that are not there yet are created. */
export function createEdgeKind(imports: ImportService): CountingKind<Edge> {
  let [created, users, already] = [0, 0, 0];
  return {
    read: readEdgeList,
    async store(edges, tx) {
      const outcome = await imports.importEdges(edges, tx);
      created += outcome.friendshipsCreated;
      users += outcome.usersCreated;
      already += outcome.alreadyFriends;
      return outcome.refused;
    },
    summarize: (skipped) =>
      `imported ${toCount(created, 'friendship')}: ${toCount(users, 'user')} created, ` +
      `${toCount(already, 'friendship')} already there, ${toCount(skipped, 'line')} skipped`,
  };
}

/** Profiles; users that are there already are updated. */
export function createUserKind(imports: ImportService): CountingKind<JsonObject> {
  let [created, updated, unchanged] = [0, 0, 0];
  return {
    read: readJsonLines,
    async store(objects, tx) {
      const outcome = await imports.importUsers(
        objects.map(({ value }) => value),
        tx,
      );
      created += outcome.created;
      updated += outcome.updated;
      unchanged += outcome.unchanged;
      return outcome.refused;
    },
    summarize: (skipped) =>
      `imported ${toCount(created + updated + unchanged, 'user')}: ${created.toLocaleString('en-US')} created, ` +
      `${updated.toLocaleString('en-US')} updated, ${unchanged.toLocaleString('en-US')} unchanged, ` +
      `${toCount(skipped, 'line')} skipped`,
  };
}
