import { PassThrough } from 'node:stream';
import { Progress } from '../src/cli/progress';
import type { Terminal } from '../src/cli/terminal';

function createScreen(isTTY: boolean): { stderr: Terminal['stderr']; read(): string } {
  const stream = new PassThrough({ encoding: 'utf8' });
  return {
    stderr: Object.assign(stream, { isTTY, columns: 60 }),
    read: () => (stream.read() as string | null) ?? '',
  };
}

test('where nobody looks on there is a plain line every five seconds and at the end', () => {
  const { stderr, read } = createScreen(false);
  let nowMs = 0;
  const progress = new Progress(stderr, 'edges.txt', 1000, { now: () => nowMs });
  for (nowMs = 0; nowMs <= 11_000; nowMs += 1000) progress.update(nowMs / 10, nowMs / 20);
  expect(read()).toBe('edges.txt: 500 lines, 25%\nedges.txt: 1,000 lines, 50%\n');
  progress.end(2000, 1000);
  expect(read()).toBe('edges.txt: 2,000 lines, 100%\n');
});

test('on a screen one bar is redrawn, and other lines are written above it', () => {
  const { stderr, read } = createScreen(true);
  let nowMs = 0;
  const progress = new Progress(stderr, 'edges.txt', 1000, { now: () => nowMs });
  nowMs = 100;
  progress.update(10, 500);
  expect(read()).toBe('\r[############------------]  50%  10 lines  edges.txt\x1b[K');
  nowMs = 150;
  progress.update(11, 550);
  expect(read()).toBe('');
  progress.note('edges.txt:12: wrong');
  expect(read()).toBe('\r\x1b[Kedges.txt:12: wrong\n');
  progress.end(20, 1000);
  expect(read()).toBe('\r[########################] 100%  20 lines  edges.txt\x1b[K\n');
});

test('without a known size there is no share, and nothing is wider than the screen', () => {
  const { stderr, read } = createScreen(true);
  new Progress(stderr, 'x'.repeat(100), null).end(7, 70);
  expect(read()).toBe(`\r7 lines  ${'x'.repeat(50)}\x1b[K\n`);
});
