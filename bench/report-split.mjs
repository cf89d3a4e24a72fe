/** Of single profiles and trials, not of the results: kept by hand. */
export const SPLIT = `## Where a delivery's time goes

About what Amicus' process takes of the processor for each of 3,000 deliveries, in µs: the least of 40 changes, because the
machine had other work, between points in its code; before the commit, by the processor time of each statement alone. It is of
an earlier build: since then 0.2 µs went from the hub, and a fifth from what is written before the commit.

| what                                                                                                     |          µs |
| -------------------------------------------------------------------------------------------------------- | ----------: |
| before the commit: the heads of the streams 0.7, the events 2.3, owners and positions 0.7                |         3.7 |
| the commit: two writes and a checksum for each page of 4 KiB that is touched, one \`fsync\` for all        |         1.0 |
| telling the hub, and waiting for its turn                                                                |         0.4 |
| the hub: who listens, whether these are their next events, whether they read                             |         0.5 |
| executing the document once, with the changed profile: about 1 ms a change                               |         0.4 |
| the viewers' remarks: one statement                                                                      |         0.5 |
| sending: cursors, texts and frames, of which the system call for each is three quarters                  | 11.8 – 12.9 |
| **from the end of the commit**                                                                           | 13.9 – 15.5 |
| raw \`ws\`, its whole loop over \`ws.send\`, in the same minutes                                            | 12.1 – 13.5 |
| … with a frame as one text and one write, as Amicus has it                                               |  9.9 – 11.6 |

\`ws.send\` makes two buffers and writes them together; a frame that is one text of the right bytes is written by one simple
call, and takes 3 µs less. That pays for cursors and texts, the hub, and most of what is loaded. What is left over raw \`ws\`
is about what remarks, execution and hub take together, and memory: a process that sends such texts and does nothing else
takes 7.1 µs for each where Amicus takes 9.6 and raw \`ws\` 8.3, and 7.9 where it has touched 48 MB before each change, as
the writing of 3,000 events does (3 runs in turn on a faster machine). Over all of it stands the system call, which one
thread makes for one socket after another: 0.95 of raw \`ws\` would be 1 µs less than there is now.

The commit is dear because a stream belongs to its user: the newest events of 3,000 users are in as many places of the
index by user and position, up to a page for each. With it, and with what is written before it, it is about two thirds of
raw \`ws\` for as long as every listener has a durable event of its own and one thread does all.

What helped:

- Values of thousands of rows as one JSON list for each column: as objects, rows took most of the time of their
  statements (with 3,000, 3.8 of 5.9 ms where the heads were given back by \`RETURNING\`, 1.5 of 2.5 ms for remarks).
- No empty batch, with a commit of its own, behind a full one that was the last.
- A frame as one text in which each character is a byte, instead of a buffer, written as \`latin1\`: 1.6 µs. Written beneath the
  stream, to the handle of the socket, it would take 0.5 µs less, and nobody would count what waits.
- Users that wait for a turn in a list instead of a map: 0.5 µs. No lists for single events, no object for an empty remark.
- Cursors by \`btoa\` instead of a buffer: half the time, 0.1 µs and more where the processor has other memory at hand.
- Making each text when it is sent: fewer of them live at once, and the first is sent sooner.
- Looking only when it is sent to whether a socket has room, and not before, too: the first of 3,000 has its event a tenth
  sooner (5.2 and 4.6 ms).
- Statements that end the transaction where they fail, since SQLite keeps each page as it was for one that is to be undone by
  itself, and streams without row ids: what is written before the commit takes 8.6 and 6.9 ms for 3,000 (3 runs in turn).
- Remarks from an index by friend that holds them. In a database of nothing but these listeners that shows nothing; in one of
  2 million edges it takes 0.4 µs for each owner instead of 2.2.

What did not:

- Batches of 500 or 1,000 owners: the first event comes in half the time, but the last one a fifth later, for what was
  written before the first commit is then written between deliveries, and there are more commits.
- A batch of all 10,000 owners: 0.93 of raw \`ws\` instead of 0.75, since nothing is written between deliveries, and the last
  event comes a sixteenth sooner (149 and 159 ms, 5 rounds in turn). But the first comes after 36 ms instead of 13, and for
  29 ms in one piece the process answers nobody.
- A table of events without row ids: the commit touches more than twice as many pages.
- The newest events beside the head of their stream instead of in a table: these rows grow, and cost as much.
- A larger cache of the database, or a smaller one. Larger pages make a commit of thousands a third cheaper, but
  each of a single request would write as much larger pages.
- Making cursors in a buffer that is used again, from a table, or from parts that are kept: no better than \`btoa\`.
- Reading remarks by a range of the index by friend: half the time where all who have the friend listen here, but where few
  do, it would read those of all others, too.

Not done: to read remarks with the owners, within the transaction, and to show those. It would save half a microsecond, and
show what was true at the commit where today what is true at the delivery shows.`;
