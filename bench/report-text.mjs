import { toChangeCount } from './plan.mjs';
import { toMachine, toWarnings } from './report-head.mjs';

export function toIntroduction({ machine, plan, samples }) {
  const { rounds, warmUps, sizes } = plan;
  const perSize = (show) =>
    sizes
      .map((size) => `${show(toChangeCount(plan, size))} (${size.toLocaleString('en-US')} listeners)`)
      .join(' and ');
  const frameBytes = samples['amicus'].length;
  return `# Benchmarks

Written by \`npm run bench:events\` from \`bench/results/events-full.json\`. Install the peers first: \`npm ci --prefix bench\`.

${toMachine(machine)}

${toWarnings({ machine, plan })}

How it is measured:

- ${rounds} rounds. In each, every server is started afresh, alone, in a process of its own, in an order that changes
  from round to round. After ${warmUps} ${warmUps === 1 ? 'change' : 'changes'} to warm up come those that count, ${perSize((changes) => changes)},
  each begun when all listeners have the one before. Listeners are two other processes on the same cores, with a WebSocket client that does as little as possible.
- Every listener is a user of its own, with a token, an operation id and a cursor of its own. All servers send the same
  event (${frameBytes} bytes here), which is checked; so is that every listener gets every event once and in order.
- A change is asked for over HTTP. p50 and p99 count from where Amicus' database begins to commit the change to the last
  delivery; at the others, from where they begin to send.
- Amicus has its database (SQLite, every commit on the disk), writes a durable event for every listener, and loads what it
  shows. The others have their data in memory and keep no event. Raw \`ws\` checks no token and knows no GraphQL.
- Deliveries a second count from where the commit of the listeners' events has ended to the last delivery: before that,
  nothing may be sent. In it is all that is loaded, executed, rendered and sent; with 10,000 listeners, whose events are
  written in parts of 3,000, it counts from the end of the first part's commit, and the writing of the other parts is in
  it. This is held against the goals, which say "from commit to the last delivery"; the others have nothing to commit.
- "With the commit" counts from where that commit begins, and so has the disk in it. "The whole" counts from where the
  commit of the change itself begins, with the writing of one durable event for every listener, which no other server
  does.
- Numbers with three parts are the smallest, **median** and largest of the rounds; a ratio is one of two servers in the
  same round. p50 and p99 are over all changes of all rounds:
  ${perSize((changes) => rounds * changes)}.
- Memory is that of the server's process, after garbage collection, between ${plan.memoryBase} and ${Math.max(...plan.sizes)} idle
  listeners, for each one.
- In the storm all connections are cut, ${plan.missedChanges} changes are made while nobody is there, and one a second in those
  ${plan.stormMs / 1000} s in which all begin to come back, each listener at a moment of its own, with its cursor. Lost is what the server has counted for a user and no
  connection of the user got; the others accept a cursor and cannot use it.`;
}
