const KB = 1000;

/** What Amicus wants to reach, and whether it does; by the medians over the rounds. */
export function toGoals(summary, { sizes }) {
  const largest = Math.max(...sizes);
  const smallest = Math.min(...sizes);
  const ratios = (base, size) =>
    ['rateRatio', 'commitRatio', 'wholeRatio'].map((name) => summary[name]('amicus', base, size).median);
  const latency = summary.lastMs('amicus', smallest, 0.99) / summary.lastMs('raw-ws', smallest, 0.99);
  const memory = summary.memoryAbove('amicus', 'raw-ws', 'rss').median / KB;
  const lost = summary.storm('amicus', 'lost').max + summary.storm('amicus', 'doubled').max;
  const at = (size) => `${size.toLocaleString('en-US')} listeners`;
  const rows = [
    ...sizes.flatMap((size) => [
      toRow(
        `deliveries/s, ${at(size)}: ≥ 0.95 × raw \`ws\``,
        ratios('raw-ws', size),
        ' ×',
        (value) => value >= 0.95,
      ),
      toRow(
        `deliveries/s, ${at(size)}: ≥ 4 × graphql-ws`,
        ratios('graphql-ws', size),
        ' ×',
        (value) => value >= 4,
      ),
    ]),
    toRow(`p99 to the last of ${at(smallest)}: ≤ 3 × raw \`ws\``, [latency], ' ×', (value) => value <= 3),
    toRow(`memory over ${at(largest)}: ≤ 7 KB above raw \`ws\``, [memory], ' KB', (value) => value <= 7),
    toRow('events lost or doubled in the storm: 0', [lost], '', (value) => value === 0),
  ];
  return [
    '| goal | measured | reached | with the commit | the whole |',
    '| --- | --: | --- | --: | --: |',
    ...rows,
    '',
    toLimit(summary, sizes, at),
  ].join('\n');
}

/** What can be reached at all. */
function toLimit(summary, sizes, at) {
  const ratios = sizes.map(
    (size) => `${summary.rateRatio('raw-ws', 'graphql-ws', size).median.toFixed(2)} × with ${at(size)}`,
  );
  return `Raw \`ws\`, which executes nothing, is itself ahead of graphql-ws by ${ratios.join(' and ')}.`;
}

/** The first of the values is the one that the goal is about. */
function toRow(goal, [value, ...others], unit, isReached) {
  const show = (shown) => `${Number.isInteger(shown) ? String(shown) : shown.toFixed(2)}${unit}`;
  const [withCommit = '', whole = ''] = others.map(show);
  return `| ${goal} | ${show(value)} | ${isReached(value) ? 'yes' : 'no'} | ${withCommit} | ${whole} |`;
}
