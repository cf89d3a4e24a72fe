const COLOURS = { amicus: '#2f6fde', 'raw-ws': '#8a8f98', 'graphql-ws': '#c98a2b', mercurius: '#3f9b6c' };
const BAR = { height: 22, gap: 6, left: 130, width: 520 };
const ROW = BAR.height + BAR.gap;

/** Deliveries a second: a bar to the median of each server at each size, and a line from the least to the most. */
export function drawRates(summary, sizes, servers) {
  const most = Math.max(...sizes.flatMap((size) => servers.map((server) => summary.rate(server, size).max)));
  const toX = (rate) => BAR.left + (rate / most) * BAR.width;
  const groupHeight = servers.length * ROW + 40;
  const groups = sizes.map((size, index) => {
    const top = index * groupHeight + 50;
    const bars = servers.map((server, row) =>
      drawBar(server, summary.rate(server, size), top + row * ROW, toX),
    );
    return `<text x="10" y="${top - 10}" font-weight="bold">${size.toLocaleString('en-US')} listeners</text>${bars.join('')}`;
  });
  const [width, height] = [BAR.left + BAR.width + 110, sizes.length * groupHeight + 40];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13" fill="#24292f">
<title>Deliveries a second, from the end of the commit to the last delivery</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="10" y="18">Deliveries a second, from the end of the commit to the last delivery: median, least and most of the rounds</text>
${groups.join('\n')}
</svg>
`;
}

function drawBar(server, { min, median, max }, y, toX) {
  const middle = y + BAR.height / 2;
  const end = (value) => toX(value).toFixed(1);
  return `
<text x="${BAR.left - 8}" y="${middle + 4}" text-anchor="end">${server}</text>
<rect x="${BAR.left}" y="${y}" width="${(toX(median) - BAR.left).toFixed(1)}" height="${BAR.height}" fill="${COLOURS[server]}"/>
<line x1="${end(min)}" x2="${end(max)}" y1="${middle}" y2="${middle}" stroke="#24292f" stroke-width="2"/>
<text x="${(toX(max) + 8).toFixed(1)}" y="${middle + 4}">${Math.round(median).toLocaleString('en-US')}</text>`;
}
