/**
 * The tables beside users and edges, some rows each, as the server writes them. What a row takes hardly depends on how
 * many there are; how many there are is for docs/scaling.md to say.
 */
export async function fillOthers(client, users) {
  const id = (expression) => `'user-' || lpad((${expression})::text, 7, '0')`;
  const other = id(`(n::bigint * 7919 + 1) % ${users}`);
  const owner = id(`n % ${users}`);
  const nowMs = 1_767_225_600_000;
  const count = Math.max(users, 10_000);
  await client.query(`BEGIN;
    INSERT INTO event (user_id, seq, type, payload, occurred_at)
      SELECT ${owner}, 1 + n / ${users}, 'FRIEND_INFO_CHANGED', '{"userIDs":["' || ${other} || '"]}', ${nowMs} + n
      FROM generate_series(0, ${count * 5 - 1}) AS n;
    INSERT INTO friend_application (owner_id, peer_id, type, add_source, add_wording, friend_remark, friend_group, created_at, read_at)
      SELECT ${owner}, ${other}, 'COME_IN', 'AddSource_Type_Web', 'Hello, we met last week', '', '', ${nowMs} + n, NULL
      FROM generate_series(0, ${users - 1}) AS n ON CONFLICT DO NOTHING;
    INSERT INTO block (owner_id, blocked_id, created_at)
      SELECT ${owner}, ${other}, ${nowMs} + n FROM generate_series(0, ${users - 1}) AS n ON CONFLICT DO NOTHING;
    INSERT INTO friend_group (owner_id, name, created_at)
      SELECT ${owner}, 'Colleagues', ${nowMs} + n FROM generate_series(0, ${users - 1}) AS n ON CONFLICT DO NOTHING;
    INSERT INTO friend_group_member (owner_id, group_name, friend_id)
      SELECT ${owner}, 'Colleagues', ${other} FROM generate_series(0, ${users - 1}) AS n ON CONFLICT DO NOTHING;
    COMMIT`);
}
