const DAY_MS = 24 * 60 * 60 * 1000;
/** The years before and after these are not written with four digits, as all of RFC 3339 are. */
const [FIRST_MS, END_MS] = [Date.parse('0000-01-01T00:00:00Z'), Date.UTC(10_000, 0)];
/** More than lie in the life of most data. */
const MAX_DAYS = 20_000;

const toDigits = (count: number, width: number): string[] =>
  Array.from({ length: count }, (_, value) => String(value).padStart(width, '0'));
const TWO = toDigits(60, 2);
const THREE = toDigits(1000, 3);
const days = new Map<number, string>();

/** Whether the moment lies in the years 0000 to 9999 in UTC: any other has no time of RFC 3339. */
export function hasIsoTime(date: Date): boolean {
  const ms = date.getTime();
  return ms >= FIRST_MS && ms < END_MS;
}

/** As `Date.prototype.toISOString`, which takes ten times as long: a page of a list holds a time for each entry. */
export function toIsoTime(date: Date): string {
  const ms = date.getTime();
  if (!(ms >= 0 && ms < END_MS)) return date.toISOString();
  const day = Math.floor(ms / DAY_MS);
  let text = days.get(day);
  if (text === undefined) {
    if (days.size >= MAX_DAYS) days.clear();
    days.set(day, (text = date.toISOString().slice(0, 11)));
  }
  const rest = ms - day * DAY_MS;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const [hour = '', minute = '', second = ''] = [TWO[hours], TWO[minutes % 60], TWO[seconds % 60]];
  return `${text}${hour}:${minute}:${second}.${THREE[rest % 1000] ?? ''}Z`;
}
