import { BlockList, isIP } from 'node:net';
import { toAddress } from './network-address';
import type { Parsed } from './setting';

/** How many proxies stand in front, or which addresses are theirs, `10.0.0.0/8` or `::1`. */
export type TrustedProxies = number | readonly string[];

/** A number of proxies, or addresses and networks with commas between them. */
export function toTrustedProxies(text: string): Parsed<TrustedProxies> {
  if (/^\d{1,2}$/.test(text)) return { value: Number(text) };
  const networks = text.split(',').map((part) => part.trim());
  return networks.every(isNetwork)
    ? { value: networks }
    : { expected: 'a number from 0 to 99, or networks such as 10.0.0.0/8 with commas between them' };
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  return isIP(address) !== 0 && !address.includes('%') && isPrefix && rest.length === 0;
}

/** Whether an address, as `toAddress` gives it, is in one of the networks. */
export function createNetworkTest(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  const toFamily = (address: string): 'ipv4' | 'ipv6' => (address.includes(':') ? 'ipv6' : 'ipv4');
  for (const network of networks) {
    const [text = '', prefix] = network.split('/');
    const address = prefix === undefined ? (toAddress(text) ?? text) : text;
    const bits = toFamily(address) === 'ipv4' ? 32 : 128;
    list.addSubnet(address, Number(prefix ?? bits), toFamily(address));
  }
  return (address) => list.check(address, toFamily(address));
}
