/** What no test stops: sockets and the database go on. */
const GOING_ON = ['hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const;
const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;

/**
 * Stops the clocks that a server of this process goes by, until `jest.useRealTimers`: they go on by what
 * `jest.advanceTimersByTime` says. To be called before the server is started.
 */
export function stopClocks(what: 'with their timers' | 'but not the timers'): void {
  const timers = what === 'but not the timers' ? TIMERS : [];
  // A whole second, as tokens count; today, for other runs take databases of the past away.
  const now = Math.floor(Date.now() / 1000) * 1000;
  jest.useFakeTimers({ doNotFake: [...GOING_ON, ...timers], now });
}
