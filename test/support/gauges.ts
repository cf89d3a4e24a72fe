/** What a server's /metrics says, by name; of metrics with labels nothing. */
export async function readGauges(url: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(new URL('/metrics', url), { headers: { connection: 'close' } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}: ${text}`);
  return new Map([...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]));
}
