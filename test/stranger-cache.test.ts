import type { CacheBounds } from '../src/lib/cache-bounds';
import { StrangerCache, type KeptCopy } from '../src/users/stranger-cache';
import { toReadProfile } from './support/profiles';

const toCopy = (userID: string, atMs: number, nickName = ''): KeptCopy => ({
  userID,
  user: toReadProfile({ id: userID, nickName }),
  fetchedAt: new Date(atMs),
});

/** A read of the store that takes time: what happens between its beginning and its end may make it void. */
describe('what is read while something changes', () => {
  let strangers: StrangerCache;
  let isTold: boolean;
  beforeEach(() => {
    isTold = true;
    strangers = new StrangerCache({ now: () => 1_000 }, () => isTold);
  });
  /** As many as are told apart: each one more makes the oldest be forgotten. */
  const dropMany = (): void => {
    for (let n = 0; n < 10_000; n++) strangers.drop('me', `u${String(n)}`);
  };

  const copy = toCopy('they', 1_000);
  const isKept = (change: () => void): boolean => {
    const mark = strangers.mark();
    change();
    strangers.keep('me', copy, mark);
    return strangers.find('me', 'they') !== null;
  };

  it('is kept when nothing happens', () => {
    expect(isKept(() => undefined)).toBe(true);
  });

  it('is not kept when the two become friends', () => {
    expect(
      isKept(() => {
        strangers.drop('me', 'they');
      }),
    ).toBe(false);
  });

  it('is not followed by an older state when it was shown and is not kept', () => {
    expect(strangers.isKnownSince('they', 1_000)).toBe(true);
    isTold = false;
    expect(isKept(() => undefined)).toBe(false);
    expect(strangers.isKnownSince('they', 1_000)).toBe(false);
    expect(strangers.isKnownSince('they', 1_001)).toBe(true);
  });

  it('is kept when others become friends, and when the two did so before, or all was dropped', () => {
    strangers.drop('me', 'they');
    strangers.dropAll();
    expect(
      isKept(() => {
        strangers.drop('they', 'me');
        strangers.drop('me', 'another');
      }),
    ).toBe(true);
  });

  it('is not kept when so many become friends that nobody knows any more', () => {
    expect(
      isKept(() => {
        strangers.drop('me', 'they');
        dropMany();
      }),
    ).toBe(false);
  });

  it('is not kept when the two become friends once more, of whom so many do that the oldest are forgotten', () => {
    strangers.drop('me', 'they');
    dropMany();
    strangers.drop('me', 'they');
    for (let n = 0; n < 9_999; n++) strangers.drop('me', `v${String(n)}`);
    expect(
      isKept(() => {
        for (const userID of ['they', 'x', 'y']) strangers.drop('me', userID);
      }),
    ).toBe(false);
  });

  it('is not kept when a user is deleted while so many become friends', () => {
    dropMany();
    expect(
      isKept(() => {
        strangers.dropUser('another');
        strangers.drop('me', 'x');
      }),
    ).toBe(false);
  });

  it('is not kept when a user is deleted, or all is dropped', () => {
    expect(
      isKept(() => {
        strangers.dropUser('another');
      }),
    ).toBe(false);
    expect(
      isKept(() => {
        strangers.dropAll();
      }),
    ).toBe(false);
  });

  it('is not kept in the place of what was read later and came first', () => {
    const [older, later] = [998, 999].map((atMs) => ({ ...copy, fetchedAt: new Date(atMs) }));
    if (older === undefined || later === undefined) throw new Error('There are two.');
    const mark = strangers.mark();
    for (const read of [later, older]) strangers.keep('me', read, mark);
    expect(strangers.find('me', 'they')?.fetchedAt).toBe(later.fetchedAt);
  });

  it('is not followed by an older state when all is dropped', () => {
    strangers.dropAll();
    expect(strangers.isKnownSince('they', 1_000)).toBe(false);
    expect(strangers.isKnownSince('they', 1_001)).toBe(true);
  });

  it('is neither given nor kept while others are not heard', () => {
    expect(isKept(() => undefined)).toBe(true);
    isTold = false;
    expect(strangers.find('me', 'they')).toBeNull();
    strangers.dropAll();
    strangers.keep('me', copy, strangers.mark());
    isTold = true;
    expect(strangers.find('me', 'they')).toBeNull();
  });
});

describe('a user who was deleted', () => {
  const createCopy = (atMs: number): KeptCopy => toCopy('they', atMs);
  let nowMs: number;
  let strangers: StrangerCache;
  beforeEach(() => {
    nowMs = 10_000;
    strangers = new StrangerCache({ now: () => nowMs });
    strangers.keep('me', createCopy(nowMs), strangers.mark());
  });

  it('stays gone when the clock was set back before and has come to the same moment again', () => {
    nowMs -= 2_000;
    strangers.dropUser('they');
    nowMs += 3_000;
    expect(strangers.find('me', 'they')).toBeNull();
    expect(strangers.isKnownSince('they', 10_000)).toBe(false);
    strangers.keep('me', createCopy(nowMs), strangers.mark());
    expect(strangers.find('me', 'they')).not.toBeNull();
  });

  it('stays gone when it was being read, the clock was set back, and many become friends meanwhile', () => {
    for (let n = 0; n < 10_000; n++) strangers.drop('you', `u${String(n)}`);
    nowMs += 1;
    const [mark, read] = [strangers.mark(), createCopy(nowMs)];
    nowMs -= 2_000;
    strangers.dropUser('they');
    strangers.drop('you', 'x');
    nowMs += 3_000;
    strangers.keep('you', read, mark);
    expect(strangers.find('you', 'they')).toBeNull();
  });

  it('takes nobody else along, however often users of that name are deleted', () => {
    const another = { ...createCopy(nowMs), userID: 'another' };
    strangers.keep('me', another, strangers.mark());
    for (let time = 0; time < 3; time++) {
      nowMs += 1;
      strangers.dropUser('they');
    }
    expect(strangers.find('me', 'they')).toBeNull();
    expect(strangers.find('me', 'another')).not.toBeNull();
    expect(strangers.isKnownSince('another', 10_000)).toBe(true);
  });

  it('stays gone when so many others are deleted that not each of them is remembered', () => {
    nowMs += 1;
    strangers.dropUser('they');
    for (let n = 0; n < 100_000; n++) strangers.dropUser(`u${String(n)}`);
    expect(strangers.find('me', 'they')).toBeNull();
    expect(strangers.isKnownSince('they', 10_000)).toBe(false);
    nowMs += 1;
    strangers.keep('me', createCopy(nowMs), strangers.mark());
    expect(strangers.find('me', 'they')).not.toBeNull();
  });
});

/** What a replica gives may be older than a copy that was given and is not held any more. */
describe('a copy that had to go before its time', () => {
  const createCopy = (id: string): KeptCopy => toCopy(id, 1_000);

  it.each<[why: string, drop: (strangers: StrangerCache, clock: { nowMs: number }) => void]>([
    [
      'because the clock was set back',
      (strangers, clock) => {
        clock.nowMs -= 1;
        expect(strangers.find('me', 'they')).toBeNull();
      },
    ],
    [
      'to make room for another',
      (strangers) => {
        strangers.keep('me', createCopy('another'), strangers.mark());
      },
    ],
  ])('%s is not followed by an older one', (_why, drop) => {
    const clock = { nowMs: 1_000, now: (): number => clock.nowMs };
    const strangers = new StrangerCache(clock, () => true, { entries: 1, bytes: 1_000_000 });
    strangers.keep('me', createCopy('they'), strangers.mark());
    expect(strangers.isKnownSince('they', 1_000)).toBe(true);
    drop(strangers, clock);
    expect(strangers.isKnownSince('they', 1_000)).toBe(false);
    expect(strangers.isKnownSince('they', 1_001)).toBe(true);
  });
});

describe('the bounds of the copies', () => {
  const createCopy = (id: string, nickName = ''): KeptCopy => toCopy(id, 1_000, nickName);
  const open = (bounds?: CacheBounds): StrangerCache =>
    new StrangerCache({ now: () => 1_000 }, () => true, bounds);
  const keep = (strangers: StrangerCache, viewerID: string, copy: KeptCopy): void => {
    strangers.keep(viewerID, copy, strangers.mark());
  };

  it('let the copy go that was looked at longest ago, past so many entries', () => {
    const strangers = open({ entries: 2, bytes: 1_000_000 });
    keep(strangers, 'me', createCopy('one'));
    keep(strangers, 'me', createCopy('two'));
    expect(strangers.stats).toMatchObject({ entries: 2, evictions: 0 });
    strangers.find('me', 'one');
    keep(strangers, 'me', createCopy('three'));
    expect(strangers.stats).toMatchObject({ entries: 2, evictions: 1 });
    expect(['one', 'two', 'three'].map((id) => strangers.find('me', id) !== null)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('do so past so many bytes, and count a profile that many see once', () => {
    const probe = open();
    const copy = createCopy('they', 'x'.repeat(1_000));
    keep(probe, 'v1', copy);
    const first = probe.stats.bytes;
    expect(first).toBeGreaterThan(2_000);
    keep(probe, 'v2', copy);
    const second = probe.stats.bytes - first;
    expect(second).toBeLessThan(600);

    const strangers = open({ entries: 1_000, bytes: first + second });
    const again = createCopy('they', 'x'.repeat(1_000));
    for (const viewer of ['v1', 'v2']) keep(strangers, viewer, again);
    expect(strangers.stats).toMatchObject({ entries: 2, evictions: 0, bytes: first + second });
    keep(strangers, 'v3', again);
    expect(strangers.stats).toMatchObject({ entries: 2, evictions: 1, bytes: first + second });
    expect(strangers.find('v1', 'they')).toBeNull();
    expect(strangers.find('v3', 'they')).not.toBeNull();
  });

  it('are free again when the copies are gone, other versions of one profile too', () => {
    const strangers = open();
    keep(strangers, 'v1', createCopy('they', 'before'));
    keep(strangers, 'v2', createCopy('they', 'after'));
    expect(strangers.find('v1', 'they')?.user.nickName).toBe('before');
    keep(strangers, 'v1', createCopy('they', 'after'));
    strangers.drop('v1', 'they');
    strangers.drop('v2', 'they');
    expect(strangers.stats).toMatchObject({ entries: 0, bytes: 0, evictions: 0, hits: 1, misses: 0 });
    strangers.find('v1', 'they');
    expect(strangers.stats).toMatchObject({ misses: 1 });
    const copy = createCopy('they');
    keep(strangers, 'v1', copy);
    const { bytes } = strangers.stats;
    strangers.dropAll();
    expect(strangers.stats).toMatchObject({ entries: 0, bytes: 0 });
    keep(strangers, 'v1', copy);
    expect(strangers.stats).toMatchObject({ entries: 1, bytes });
  });
});
