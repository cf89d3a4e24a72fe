/** PostgreSQL's, unless it was built otherwise. */
const PAGE_BYTES = 8_192n;
const LONGEST_PAGE_HEAD_BYTES = 40n;

/**
 * A place in PostgreSQL's write-ahead log, as it is written (`16/B374D848`), as a number that can be compared. The same
 * place is told before the head of a page by who has replayed a record, and behind it by who writes the next one; here
 * both are the beginning of the page. No record ends in between.
 */
export function toLsn(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  const place = (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
  const inPage = place % PAGE_BYTES;
  return inPage <= LONGEST_PAGE_HEAD_BYTES ? place - inPage : place;
}
