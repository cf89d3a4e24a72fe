/** A number with its noun, for people: "0 lines", "1 line", "4,039 lines". */
export function toCount(count: number, singular: string): string {
  return `${count.toLocaleString('en-US')} ${singular}${count === 1 ? '' : 's'}`;
}
