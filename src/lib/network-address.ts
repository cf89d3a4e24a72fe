import { isIP, isIPv4 } from 'node:net';

/**
 * An IP address in one form: IPv4 with dots, also one that is mapped to IPv6, and IPv6 as eight groups without leading
 * zeros. Null for what is none. A zone (`%eth0`) is left out.
 */
export function toAddress(text: string): string | null {
  // What nearly all are.
  if (isIPv4(text)) return text;
  const [address = ''] = text.split('%');
  const version = isIP(address);
  if (version !== 6) return version === 4 ? address : null;
  const groups = toGroups(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return groups.map((group) => group.toString(16)).join(':');
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** What one customer has: a single IPv4 address, or a whole /64 of IPv6. Takes what `toAddress` gives. */
export function toNetwork(address: string): string {
  if (!address.includes(':')) return address;
  return `${address.split(':').slice(0, 4).join(':')}::/64`;
}

/** `URL` writes every valid address in one form, without dots. */
function toGroups(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const read = (part = ''): number[] =>
    part === '' ? [] : part.split(':').map((group) => parseInt(group, 16));
  const [first, last] = [read(head), read(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}
