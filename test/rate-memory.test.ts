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
