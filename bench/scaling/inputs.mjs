import { median } from '../statistics.mjs';

/** What is taken for granted of an app. Change it here and run `node bench/scaling/report.mjs`. */
export const ASSUMED = {
  friends: 130,
  changesPerDay: 0.1,
  otherEventsPerDay: 1,
  daysKept: 7,
  requests: 2,
  blocks: 2,
  groups: 2,
  members: 20,
  onlineShare: 0.1,
  requestsPerDay: 20,
  peak: 3,
};

const DAY_SECONDS = 86_400;

/** What was measured, as the formulas take it. */
export function toInputs({ sizes, nodes, events }) {
  const single = nodes.windows.filter((window) => window.nodes === 1 && window.bus === 'notify');
  const most = Math.max(...nodes.plan.nodes);
  const several = nodes.windows.filter((window) => window.nodes === most);
  const middle = (windows, key) => median(windows.map((window) => window[key]));
  const memory = events.rounds.filter(({ server, memory: each }) => server === 'amicus' && each !== null);
  return {
    sizes,
    nodes,
    bytesPerRow: Object.fromEntries(sizes.tables.map(({ name, total, rows }) => [name, total / rows])),
    deliveriesPerCpuSecond: middle(single, 'deliveriesPerCpuSecond'),
    readsPerCpuSecond: middle(single, 'readsPerCpuSecond'),
    eventsWritten: (nodes.plan.listeners / middle(single, 'wholeMs')) * 1000,
    hintBytes: middle(several, 'hintBytes') / nodes.plan.listeners,
    hintMessages: middle(several, 'hintMessages') / nodes.plan.listeners,
    listenerBytes: median(memory.map((round) => round.memory.rss)),
  };
}

/** Rows of each table that one user has. */
export function toRowsPerUser() {
  const eventsPerDay = ASSUMED.changesPerDay * ASSUMED.friends + ASSUMED.otherEventsPerDay;
  return {
    user: 1,
    event_stream: 1,
    friend: ASSUMED.friends,
    event: eventsPerDay * ASSUMED.daysKept,
    friend_application: ASSUMED.requests,
    block: ASSUMED.blocks,
    friend_group: ASSUMED.groups,
    friend_group_member: ASSUMED.members,
  };
}

/** What so many users make of it; times are those of the peak. */
export function toNeeds(users, inputs) {
  const perSecond = (perDay) => (users * perDay * ASSUMED.peak) / DAY_SECONDS;
  const bytes = Object.entries(toRowsPerUser()).map(([table, rows]) => rows * inputs.bytesPerRow[table]);
  const events = perSecond(ASSUMED.changesPerDay * ASSUMED.friends + ASSUMED.otherEventsPerDay);
  const listeners = users * ASSUMED.onlineShare;
  const reads = perSecond(ASSUMED.requestsPerDay);
  return {
    storage: users * bytes.reduce((sum, each) => sum + each, 0),
    changes: perSecond(ASSUMED.changesPerDay),
    events,
    writers: events / inputs.eventsWritten,
    listeners,
    memory: listeners * inputs.listenerBytes,
    deliveryCores: (events * ASSUMED.onlineShare) / inputs.deliveriesPerCpuSecond,
    reads,
    readCores: reads / inputs.readsPerCpuSecond,
    hintBytes: events * inputs.hintBytes,
    hintMessages: events * inputs.hintMessages,
  };
}
