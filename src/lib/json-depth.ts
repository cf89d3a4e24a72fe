/**
 * How deep a client's JSON may nest: far more than any GraphQL request does. What writes such a value again, or looks
 * into it, goes down level by level, and runs out of stack some thousands of levels down.
 */
export const MAX_JSON_DEPTH = 64;

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];

/** Whether a JSON text nests deeper than that. Of a text that is not JSON the answer means nothing. */
export function isTooDeep(json: string): boolean {
  return opensMoreThan(json, MAX_JSON_DEPTH) && isDeeper(json);
}

/** A first look, by far the faster: most texts do not open as many levels in all. Counts those within texts, too. */
function opensMoreThan(json: string, most: number): boolean {
  let count = 0;
  for (const bracket of ['[', '{']) {
    for (let at = json.indexOf(bracket); at !== -1; at = json.indexOf(bracket, at + 1)) {
      if (++count > most) return true;
    }
  }
  return false;
}

function isDeeper(json: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (inText) {
      if (unit === BACKSLASH) at++;
      else if (unit === QUOTE) inText = false;
    } else if (unit === QUOTE) {
      inText = true;
    } else if (unit === OPEN_LIST || unit === OPEN_OBJECT) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) {
      depth--;
    }
  }
  return false;
}
