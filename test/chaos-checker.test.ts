import { runChaos } from './support/chaos/chaos';
import { findBrokenPromises } from './support/chaos/checker';
import { PLANTED_BUGS, type PlantedBug } from './support/chaos/planted-bugs';
import type { ChaosRecords } from './support/chaos/records';
import { copyOf, findProfileChange, pickDevice, rewriteStream } from './support/chaos/spoil';
import { sqlite } from './support/stores';

const TIMEOUT_MS = 120_000;

function runShortly(bug?: PlantedBug): Promise<{ records: ChaosRecords }> {
  const size = { users: 4, devicesPerUser: 2, writers: 4, runMs: 0, calls: 200 };
  return runChaos({ store: sqlite, seed: 4, ...size, disturbances: null, ...(bug && { bug }) });
}

describe('the checker of the chaos test', () => {
  let records: ChaosRecords;
  beforeAll(async () => {
    ({ records } = await runShortly());
  }, TIMEOUT_MS);

  it('has nothing to say of a run in which all went well', () => {
    expect(findBrokenPromises(records)).toEqual([]);
  });

  it.each<[string, (records: ChaosRecords) => void, RegExp]>([
    [
      'an event that one device was not delivered',
      (spoilt) => pickDevice(spoilt).device.received.splice(5, 1),
      /^device .*: 6 came after 4: there is a gap$/,
    ],
    [
      'an event that came twice',
      (spoilt) => {
        const { received } = pickDevice(spoilt).device;
        received.splice(6, 0, ...received.slice(5, 6));
      },
      /^device .*: 5 came twice$/,
    ],
    [
      'two events that changed places',
      (spoilt) => {
        const { received } = pickDevice(spoilt).device;
        received.splice(5, 2, ...received.slice(5, 7).reverse());
      },
      /^device .*: 5 came late, after 6$/,
    ],
    [
      'an event that came with other words',
      (spoilt) => {
        const event = pickDevice(spoilt).device.received[5];
        if (event !== undefined) event['occurredAt'] = 'another time';
      },
      /^device .*: 5 was delivered as .*another time.*, and committed as /,
    ],
    [
      'an event that was never committed',
      (spoilt) => {
        const { device } = pickDevice(spoilt);
        device.received.push({ ...lastOf(device.received), seq: device.received.length, cursor: 'none' });
      },
      /^device .*: \d+ was delivered, and never committed$/,
    ],
    [
      'a device that never caught up',
      (spoilt) => pickDevice(spoilt).device.received.splice(-3),
      /^device .*: it stands at \d+, behind the end of the stream$/,
    ],
    [
      'a connection that did not begin where the one before it ended',
      (spoilt) => {
        const { received } = pickDevice(spoilt).device;
        received.splice(5, 0, ...received.slice(0, 1));
      },
      /^device .*: opened at 0 after 4$/,
    ],
    [
      'a history that was lost',
      (spoilt) => {
        const [opened] = pickDevice(spoilt).device.received;
        if (opened !== undefined) Object.assign(opened, { recovered: false, reason: 'TRIMMED' });
      },
      /^device .*: was told that 0 is lost: TRIMMED$/,
    ],
    [
      'an acknowledged change without an event anywhere',
      (spoilt) => {
        const { userID, index } = findProfileChange(spoilt);
        rewriteStream(spoilt, userID, (events) => events.toSpliced(index, 1));
      },
      /^an acknowledged change has no event: .*SELF_INFO_UPDATED/,
    ],
    [
      'a change that all were told of twice',
      (spoilt) => {
        const { userID, index } = findProfileChange(spoilt);
        rewriteStream(spoilt, userID, (events) =>
          events.flatMap((event, at) => (at === index ? [event, event] : [event])),
        );
      },
      /^told \d+ times, done at most \d+ times: .*SELF_INFO_UPDATED/,
    ],
    [
      'an event that changes nothing',
      (spoilt) => {
        const { stream } = pickDevice(spoilt);
        const index = stream.log.findIndex(({ type }) => type === 'FRIEND_LIST_ADDED') - 1;
        rewriteStream(spoilt, stream.userID, (events) =>
          events.flatMap((event, at) => (at === index ? [event, event] : [event])),
        );
      },
      /^stream of .*: \d+ FRIEND_LIST_ADDED: .* is there already$/,
    ],
    [
      'a stream that cannot be read to its end',
      (spoilt) => pickDevice(spoilt).stream.log.splice(-2),
      /^stream of .*: it ends at \d+, and its position is another one$/,
    ],
    [
      'lists that are not what the events say',
      (spoilt) => {
        const { friends } = pickDevice(spoilt).stream.lists;
        if (friends.pop() === undefined) throw new Error('This user has no friends.');
      },
      /^stream of .*: the events end with .*, and the lists are /,
    ],
    [
      'a copy of the lists that is not what the lists are',
      (spoilt) => {
        pickDevice(spoilt).stream.lists.nick = 'another';
      },
      /^device .*: the lists have nick: "another", its copy does not$/,
    ],
    [
      'a failure that nobody should have seen',
      (spoilt) => spoilt.failures.push('device d: its subscription was ended'),
      /^device d: its subscription was ended$/,
    ],
  ])('names %s', (_what, spoil, complaint) => {
    const spoilt = copyOf(records);
    spoil(spoilt);
    expect(findBrokenPromises(spoilt)).toContainEqual(expect.stringMatching(complaint));
  });
});

describe('a gateway with a planted bug does not pass', () => {
  const complaints: Record<PlantedBug, RegExp> = {
    drop: /there is a gap$/,
    double: /came twice$/,
    swap: /came late, after/,
    invent: /was delivered as|never committed/,
    unwritten: /^an acknowledged change has no event: .*SELF_INFO_UPDATED/,
    'told-again': /^told \d+ times, done at most \d+ times: .*SELF_INFO_UPDATED/,
  };

  it.each(PLANTED_BUGS)(
    '%s',
    async (bug) => {
      const { records } = await runShortly(bug);
      expect(findBrokenPromises(records)).toContainEqual(expect.stringMatching(complaints[bug]));
    },
    TIMEOUT_MS,
  );
});

function lastOf<Item>(items: readonly Item[]): Item {
  const last = items.at(-1);
  if (last === undefined) throw new Error('There is nothing.');
  return last;
}
