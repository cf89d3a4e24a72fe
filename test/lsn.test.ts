import { toLsn } from '../src/database/lsn';

test('places are compared as numbers, over the border of 32 bits too', () => {
  expect(toLsn('0/2000100') < toLsn('0/2000110')).toBe(true);
  expect(toLsn('0/FFFFFF00') < toLsn('1/00000100')).toBe(true);
  expect(toLsn('9/0') < toLsn('10/0')).toBe(true);
});

test('a place at the border of two pages is one place, on whichever side of the head it is told', () => {
  for (const behind of ['0/2002000', '0/2002018', '0/2002028'])
    expect(toLsn(behind)).toBe(toLsn('0/2002000'));
  expect(toLsn('0/2001FF8') < toLsn('0/2002000')).toBe(true);
  expect(toLsn('0/2002030') > toLsn('0/2002000')).toBe(true);
});
