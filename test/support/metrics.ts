import type { TestServer } from './server';

/** What `/metrics` says: the value of each series, by its name and labels as they stand there. */
export async function readSeries(server: TestServer): Promise<Map<string, number>> {
  const response = await fetch(server.metricsUrl ?? '');
  if (!response.ok) throw new Error(`The metrics answered ${String(response.status)}.`);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line): [string, number] => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** The names of all metrics, with the type and the help of each. */
export async function readMetricHeads(
  server: TestServer,
): Promise<Map<string, { type: string; help: string }>> {
  const text = await (await fetch(server.metricsUrl ?? '')).text();
  const types = new Map(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
  return new Map(
    [...text.matchAll(/^# HELP (\w+) (.*)$/gm)].map(([, name = '', help = '']) => [
      name,
      { type: types.get(name) ?? '', help },
    ]),
  );
}
