import type { SideDoor } from './side-door';
import type { Store } from './stores';

/** What one transaction did to a stream: so many events trimmed from its beginning, or added at its end. */
export interface StreamMove {
  tx: number;
  user_id: string;
  trimmed: number;
  added: number;
}

const POSTGRES = `
  CREATE TABLE stream_move (id bigserial, tx integer, user_id text, trimmed integer, added integer);
  CREATE FUNCTION log_stream_move() RETURNS trigger AS $$ BEGIN
    INSERT INTO stream_move (tx, user_id, trimmed, added)
      VALUES (txid_current()::integer, NEW.user_id, NEW.floor - OLD.floor, NEW.head - OLD.head);
    RETURN NULL;
  END $$ LANGUAGE plpgsql;
  CREATE TRIGGER log_stream_move AFTER UPDATE ON event_stream FOR EACH ROW EXECUTE FUNCTION log_stream_move()`;

/** SQLite does not number its transactions, so they are counted as they begin. */
const SQLITE = `
  CREATE TABLE stream_move (id integer PRIMARY KEY, tx integer, user_id text, trimmed integer, added integer);
  CREATE TABLE begun (count integer);
  INSERT INTO begun VALUES (0);
  CREATE TRIGGER log_stream_move AFTER UPDATE ON event_stream BEGIN
    INSERT INTO stream_move (tx, user_id, trimmed, added)
      VALUES ((SELECT count FROM begun), NEW.user_id, NEW.floor - OLD.floor, NEW.head - OLD.head);
  END`;

/** Records, in the database itself, how each transaction moves the ends of streams. */
export class TrimWatch {
  private sideDoor: SideDoor | null = null;

  constructor(private readonly store: Store) {}

  /** To be given to the server. */
  readonly onStatement = (sql: string): void => {
    // Nobody writes between this and the beginning: it has one writer.
    if (sql === 'BEGIN IMMEDIATE') void this.sideDoor?.run('UPDATE begun SET count = count + 1');
  };

  async begin(sideDoor: SideDoor): Promise<void> {
    await sideDoor.run(this.store.name === 'SQLite' ? SQLITE : POSTGRES);
    if (this.store.name === 'SQLite') this.sideDoor = sideDoor;
  }

  /** To be called before the door is closed: work in the background goes on. */
  end(): void {
    this.sideDoor = null;
  }

  /** In the order in which they were made. */
  load(sideDoor: SideDoor): Promise<StreamMove[]> {
    return sideDoor.all<StreamMove>('SELECT tx, user_id, trimmed, added FROM stream_move ORDER BY id');
  }
}
