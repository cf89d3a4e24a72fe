import { DoubtfulCommits } from '../src/events/doubtful-commits';

/** Within which the database has decided what it was asked. */
const DECIDED_MS = 5_000;

describe('commits whose answers are lost', () => {
  let gaps: number;
  let commits: DoubtfulCommits;
  beforeEach(() => {
    jest.useFakeTimers();
    gaps = 0;
    commits = new DoubtfulCommits({ publishGap: () => gaps++ });
  });
  afterEach(() => {
    commits.stop();
    jest.useRealTimers();
  });

  it('are told of as a gap at once, and once more when the commit is decided', () => {
    commits.tell();
    expect(gaps).toBe(1);
    jest.advanceTimersByTime(DECIDED_MS - 1);
    expect(gaps).toBe(1);
    jest.advanceTimersByTime(1);
    expect(gaps).toBe(2);
    jest.advanceTimersByTime(10 * DECIDED_MS);
    expect(gaps).toBe(2);
  });

  it('are told of once more when the last of several is decided, and not for each', () => {
    for (let count = 1; count <= 3; count++) {
      commits.tell();
      expect(gaps).toBe(count);
      jest.advanceTimersByTime(DECIDED_MS - 1);
      expect(gaps).toBe(count);
    }
    jest.advanceTimersByTime(1);
    expect(gaps).toBe(4);
  });

  it('are told of at once only when everything stops', () => {
    commits.tell();
    commits.stop();
    commits.tell();
    jest.advanceTimersByTime(10 * DECIDED_MS);
    expect(gaps).toBe(2);
  });
});
