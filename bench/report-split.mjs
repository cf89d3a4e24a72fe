/** Of single profiles and trials, not of the results: kept by hand. */
export const SPLIT = `## Where a delivery's time goes

About what Amicus' process takes for each of 3,000 deliveries, in µs: by profiles, and for the statements by
the processor time of each alone.

| what                                                                                                     |        µs |
| -------------------------------------------------------------------------------------------------------- | --------: |
| writing to the socket: a system call for each, which raw \`ws\` makes as well                              |        13 |
| before the commit: the heads of the streams 0.7, the events 2.3, owners and positions 0.7                |       3.7 |
| the commit: two writes and a checksum for each page of 4 KiB that is touched, one \`fsync\` for all        | 1.5 – 2.3 |
| hints, hub and subscriptions                                                                             |       1.3 |
| the viewers' remarks                                                                                     |       0.4 |
| texts, of which the cursors are a third, and frames                                                      |       1.5 |
| garbage collection                                                                                       |       0.7 |
| tidying the database's log away, once a second, between changes or within them                           |       0.4 |

The system call is nearly all that raw \`ws\` does. To deliver 0.95 times as many in a second, about 0.7 µs a delivery may
come on top of it from the commit on; the commit alone takes two or three times that. It is dear because a stream belongs
to its user: the newest events of 3,000 users are in as many places of the index by user and position, up to a page for
each. So it stops here for as long as every listener has a durable event of its own and one thread does all.

What helped:

- Values of thousands of rows as one JSON list for each column: as objects, rows took most of the time of their
  statements (with 3,000, 3.8 of 5.9 ms where the heads were given back by \`RETURNING\`, 1.5 of 2.5 ms for remarks).
- No empty batch, with a commit of its own, behind a full one that was the last.
- Making each text when it is sent: fewer of them live at once, and the first is sent sooner.

What did not:

- Batches of 500 or 1,000 owners: the first event comes in half the time, but the last one a fifth later, for what was
  written before the first commit is then written between deliveries, and there are more commits.
- A table of events without row ids: the commit touches more than twice as many pages.
- The newest events beside the head of their stream instead of in a table: these rows grow, and cost as much.
- A larger cache of the database, or a smaller one. Larger pages make a commit of thousands a third cheaper, but
  each of a single request would write as much larger pages.
- Making cursors in a buffer that is used again takes as long as with a new one each.`;
