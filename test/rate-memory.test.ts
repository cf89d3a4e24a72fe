import { BoundedMemory } from '../src/rates/bounded-memory';
import { RateLimit } from '../src/rates/rate-limit';

const MAX_KEYS = 100;

test('a flood of addresses takes no more memory than is allowed, and who keeps calling is not forgotten', async () => {
  const memory = new BoundedMemory({ points: 10, duration: 3_600, keyPrefix: 'flood' }, MAX_KEYS);
  const limit = new RateLimit({ name: 'requests', points: 10, windowSeconds: 3_600 }, memory);
  for (let number = 0; number < 20 * MAX_KEYS; number++) {
    await limit.take(`address ${number}`);
    if (number % (MAX_KEYS / 2) === 0) await limit.take('steady');
  }
  const kept = memory.dump().storage;
  expect(kept).toHaveLength(MAX_KEYS);
  expect((await limit.take('steady'))?.isRefused).toBe(true);
  // The oldest are forgotten and begin anew.
  expect(await limit.take('address 0')).toMatchObject({ isRefused: false, remaining: 9 });
});

test('a key is forgotten when its window ends', async () => {
  const memory = new BoundedMemory({ points: 1, duration: 1, keyPrefix: 'short' }, MAX_KEYS);
  await memory.consume('one', 1);
  while (memory.dump().storage.length > 0) await new Promise(setImmediate);
  expect(await memory.consume('one', 1)).toMatchObject({ consumedPoints: 1 });
});

test('nobody is refused for longer than a window when the clock of the system is set back', async () => {
  const memory = new BoundedMemory({ points: 2, duration: 60, keyPrefix: 'clock' }, MAX_KEYS);
  const limit = new RateLimit({ name: 'requests', points: 2, windowSeconds: 60 }, memory);
  await limit.take('one');
  const anHourAgo = Date.now() - 3_600_000;
  const clock = jest.spyOn(Date, 'now').mockReturnValue(anHourAgo);
  try {
    expect((await limit.take('one'))?.resetMs).toBeLessThanOrEqual(60_000);
    const refusal = await limit.take('one');
    expect(refusal?.isRefused).toBe(true);
    expect(refusal?.resetMs).toBeLessThanOrEqual(60_000);
  } finally {
    clock.mockRestore();
  }
});
