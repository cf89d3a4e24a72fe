import type { IncomingMessage } from 'node:http';
import type { ForwardedHeader } from '../config.table';
import { toAddress } from '../lib/network-address';
import { createNetworkTest, type TrustedProxies } from '../lib/trusted-proxies';

/** Gives the address that a request comes from, as `toAddress` writes it. */
export type FindAddress = (request: IncomingMessage) => string;

/**
 * What a client itself writes into the header is not believed: addresses are read from the last one, which the nearest
 * proxy wrote, and only as far as those who wrote them are trusted. One that cannot be read ends it there.
 */
export function createAddressFinder(trusted: TrustedProxies, header: ForwardedHeader): FindAddress {
  const isTrusted =
    typeof trusted === 'number'
      ? (_address: string, hop: number) => hop < trusted
      : createNetworkTest(trusted);
  return ({ socket, headers }) => {
    let address = toAddress(socket.remoteAddress ?? '') ?? '';
    const text = headers[header];
    if (typeof text !== 'string' || address === '') return address;
    const written = text.split(',').map(header === 'forwarded' ? toForwardedFor : (part) => part);
    for (let hop = 0; isTrusted(address, hop); hop++) {
      const next = toAddress(withoutPort(written.pop()?.trim() ?? ''));
      if (next === null) break;
      address = next;
    }
    return address;
  };
}

/** RFC 7239: `for="[2001:db8::1]:4711";proto=https`. */
function toForwardedFor(element: string): string {
  return /(?:^|;)\s*for="?([^";]+)"?/i.exec(element)?.[1] ?? '';
}

function withoutPort(text: string): string {
  return /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, '$1');
}
