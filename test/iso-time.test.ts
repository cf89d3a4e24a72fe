import * as fc from 'fast-check';
import { toIsoTime } from '../src/lib/iso-time';

describe('a time is written as toISOString does', () => {
  it.each([
    0,
    -1,
    1,
    999,
    59_999,
    86_399_999,
    86_400_000,
    Date.UTC(2000, 1, 29, 23, 59, 59, 999),
    Date.UTC(9999, 11, 31, 23, 59, 59, 999),
    Date.UTC(10_000, 0),
    8.64e15,
    -8.64e15,
  ])('%d', (ms) => {
    expect(toIsoTime(new Date(ms))).toBe(new Date(ms).toISOString());
  });

  it('whatever it is, and throws for what is no time', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.integer({ min: 0, max: 4e12 }), (date, ms) => {
        // `expect` would take longer than all the rest.
        for (const time of [date, new Date(ms)])
          if (toIsoTime(time) !== time.toISOString())
            throw new Error(`${toIsoTime(time)} in place of ${time.toISOString()}`);
      }),
      { numRuns: 30_000 },
    );
    expect(() => toIsoTime(new Date(NaN))).toThrow(RangeError);
  });
});
