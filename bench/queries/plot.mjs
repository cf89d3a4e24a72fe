import { two } from '../table.mjs';
import { ENGINE_NAMES } from './names.mjs';

const COLOURS = {
  amicus: '#2f6fde',
  raw: '#8a8f98',
  mercurius: '#3f9b6c',
  yoga: '#b0579c',
  apollo: '#c98a2b',
  postgraphile: '#5b7083',
};
const BAR = { height: 11, gap: 3, left: 190, width: 300 };
const COLUMN = BAR.width + 70;
const HEAD = 70;
const ROW = BAR.height + BAR.gap;

/** Ratios of requests a second to raw: a bar to the median of each server, a line from the least to the most. */
export function drawRatios(summary) {
  const { engines, operations, servers } = summary;
  const groupHeight = servers.length * ROW + 16;
  const ratios = (engine, operation, server) => summary.rateRatio(engine, operation, server, 'raw');
  const most = Math.max(
    ...engines.flatMap((engine) =>
      operations.flatMap(({ name }) => servers.map((server) => ratios(engine, name, server)?.max ?? 0)),
    ),
  );
  const groups = operations.map(({ name }, index) => {
    const top = HEAD + index * groupHeight;
    const bars = engines.flatMap((engine, column) =>
      servers.map((server, row) => {
        const left = BAR.left + column * COLUMN;
        return drawBar(server, ratios(engine, name, server), { left, top: top + row * ROW, most });
      }),
    );
    return `<text x="10" y="${top + 11}" font-weight="bold">${name}</text>${bars.join('')}`;
  });
  const heads = engines.map(
    (engine, column) =>
      `<text x="${BAR.left + column * COLUMN}" y="${HEAD - 10}" font-weight="bold">${ENGINE_NAMES[engine]}</text>`,
  );
  const keys = servers.map(
    (server, index) =>
      `<rect x="${10 + index * 110}" y="27" width="11" height="11" fill="${COLOURS[server]}"/>` +
      `<text x="${26 + index * 110}" y="37">${server}</text>`,
  );
  const [width, height] = [BAR.left + engines.length * COLUMN + 10, HEAD + operations.length * groupHeight];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#24292f">
<title>Requests a second as a ratio to raw</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="10" y="18">Requests a second as a ratio to raw: median, least and most of the rounds</text>
${keys.join('')}
${heads.join('')}
${groups.join('\n')}
</svg>
`;
}

/** Nothing where the server cannot do it. */
function drawBar(server, ratio, { left, top, most }) {
  if (ratio === null) return '';
  const toWidth = (value) => ((value / most) * BAR.width).toFixed(1);
  const toX = (value) => (left + Number(toWidth(value))).toFixed(1);
  const middle = top + BAR.height / 2;
  return `
<rect x="${left}" y="${top}" width="${toWidth(ratio.median)}" height="${BAR.height}" fill="${COLOURS[server]}"/>
<line x1="${toX(ratio.min)}" x2="${toX(ratio.max)}" y1="${middle}" y2="${middle}" stroke="#24292f" stroke-width="1.5"/>
<text x="${Number(toX(Math.max(ratio.max, ratio.median))) + 5}" y="${middle + 4}" font-size="10">${two(ratio.median)}</text>`;
}
