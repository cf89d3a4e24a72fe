/** @param {string[]} head @param {string[][]} rows - the first column is text, the others are numbers */
export function toTable(head, rows) {
  const lines = [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export const count = (value) => Math.round(value).toLocaleString('en-US');
export const one = (value) => value.toFixed(1);
export const two = (value) => value.toFixed(2);
/** The spread over the rounds. */
export const range = ({ min, median, max }, show) => `${show(min)} – **${show(median)}** – ${show(max)}`;
