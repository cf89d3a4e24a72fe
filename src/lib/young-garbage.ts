import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from making objects old at once that it takes for ones that stay. It judges by what stayed while the caches
 * filled, and then rows and queries of requests are old when they are born: nothing takes them away, nor what hangs on
 * them, until all of the heap is collected. Whether it falls into that differs from start to start. Measured: see
 * docs/performance.md. To be called before the work begins.
 */
export function keepGarbageYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
