/** How many rows each table has, in one phrase. */
export function toRowsText(rows: Readonly<Record<string, number>>): string {
  const parts = Object.entries(rows).map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`);
  return `rows: ${parts.join(', ')}`;
}
