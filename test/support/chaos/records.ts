import type { ReceivedEvent } from '../listener';
import type { Lists } from '../lists';
import type { Answer } from '../model';
import type { Step } from '../steps';

/** One call as its caller saw it. Without an answer it may have been done or not. */
export type MutationRecord =
  { step: Step; outcome: 'acknowledged'; answer: Answer } | { step: Step; outcome: 'unknown' };

/** All that one device was delivered, in the order in which it came, over all of its connections. */
export interface DeviceRecord {
  name: string;
  userID: string;
  /** Each `StreamOpened` begins what came over one connection. */
  received: ReceivedEvent[];
}

/** What is known of one user's stream beside what the devices say. */
export interface StreamRecord {
  userID: string;
  /** The lists when the devices began to listen. */
  base: Lists;
  /** The stream as it is read back at the end, from where the devices began: its `StreamOpened` and its events. */
  log: ReceivedEvent[];
  /** The cursor of the last event when the lists were read for the last time. */
  end: string;
  /** The lists at the end. */
  lists: Lists;
}

/** All that a run leaves behind for the checker. */
export interface ChaosRecords {
  mutations: MutationRecord[];
  streams: StreamRecord[];
  devices: DeviceRecord[];
  /** The lists at the end of all who may be in each other's lists. */
  everybody: ReadonlyMap<string, Lists>;
  /** What went wrong where nothing may: a masked error, a subscription that the server ended. */
  failures: string[];
}
