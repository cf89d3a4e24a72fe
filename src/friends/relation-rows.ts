import type { ApplicationType } from '../events/friendship-event';

/** The rows that a change of relation writes, and the columns of each for the statement that writes many at once. */

type Columns<Row> = Readonly<Record<keyof Row, 'text' | 'integer'>>;

export interface EdgeKey {
  owner_id: string;
  friend_id: string;
}

export const EDGE_KEY = { owner_id: 'text', friend_id: 'text' } as const satisfies Columns<EdgeKey>;

/** A row of `friend`: custom fields are JSON text, moments milliseconds. */
export interface NewEdge extends EdgeKey {
  remark: string;
  add_source: string;
  add_wording: string;
  custom_info: string;
  created_at: number;
}

export const EDGE = {
  ...EDGE_KEY,
  remark: 'text',
  add_source: 'text',
  add_wording: 'text',
  custom_info: 'text',
  created_at: 'integer',
} as const satisfies Columns<NewEdge>;

export interface ApplicationKey {
  owner_id: string;
  peer_id: string;
  type: ApplicationType;
}

export const APPLICATION_KEY = {
  owner_id: 'text',
  peer_id: 'text',
  type: 'text',
} as const satisfies Columns<ApplicationKey>;

export interface NewApplication extends ApplicationKey {
  add_source: string;
  add_wording: string;
  friend_remark: string;
  friend_group: string;
  created_at: number;
  read_at: number | null;
}

export const APPLICATION = {
  ...APPLICATION_KEY,
  add_source: 'text',
  add_wording: 'text',
  friend_remark: 'text',
  friend_group: 'text',
  created_at: 'integer',
  read_at: 'integer',
} as const satisfies Columns<NewApplication>;

export interface BlockKey {
  owner_id: string;
  blocked_id: string;
}

export const BLOCK_KEY = { owner_id: 'text', blocked_id: 'text' } as const satisfies Columns<BlockKey>;

export interface NewBlock extends BlockKey {
  created_at: number;
}

export const BLOCK = { ...BLOCK_KEY, created_at: 'integer' } as const satisfies Columns<NewBlock>;

/** A row of `application_rate`: how many requests the owner made or renewed at one moment. */
export interface Asking {
  owner_id: string;
  asked_at: number;
  times: number;
}

export const ASKING = {
  owner_id: 'text',
  asked_at: 'integer',
  times: 'integer',
} as const satisfies Columns<Asking>;

/** A row of `refusal`: the peer refused the owner. */
export interface Refusal {
  owner_id: string;
  peer_id: string;
  refused_at: number;
}

export const REFUSAL = {
  owner_id: 'text',
  peer_id: 'text',
  refused_at: 'integer',
} as const satisfies Columns<Refusal>;
