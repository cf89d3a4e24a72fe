/** What differs between servers, users and moments. */
const VOLATILE = new Set(['id', 'seq', 'cursor', 'occurredAt', 'updatedAt', 'nickName']);

/**
 * Throws unless every server says the same with as many bytes (a longer `seq` apart): otherwise they are not
 * comparable. `samples` remembers the first one of each.
 */
export function requireSameEvent(samples, server, frame) {
  samples[server] ??= frame;
  const [[firstServer, first]] = Object.entries(samples);
  if (toShape(frame) !== toShape(first))
    throw new Error(`${server} says\n${frame}\nwhere ${firstServer} says\n${first}`);
  if (Math.abs(frame.length - first.length) > 4)
    throw new Error(
      `${server} says with ${frame.length} bytes what ${firstServer} says with ${first.length}`,
    );
}

/** The order of the keys is not a difference. */
function toShape(frame) {
  return JSON.stringify(sortKeys(JSON.parse(frame)));
}

function sortKeys(value, key = '') {
  if (VOLATILE.has(key)) return typeof value;
  if (Array.isArray(value)) return value.map((item) => sortKeys(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sortKeys(value[name], name)]),
  );
}
