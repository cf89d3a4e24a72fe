import { Readable } from 'node:stream';
import fc from 'fast-check';
import { type EdgeLine, readEdgeList } from '../src/lib/edge-list';
import { type JsonLine, readJsonLines } from '../src/lib/json-lines';
import { type Line, readLines } from '../src/lib/lines';

async function* toSource(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk as string);
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const edgesOf = async (...chunks: (string | Uint8Array)[]): Promise<EdgeLine[]> =>
  collect(readEdgeList(toSource(...chunks)));
const linesOf = async (maxBytes: number, ...chunks: (string | Uint8Array)[]): Promise<Line[]> =>
  collect(readLines(toSource(...chunks), maxBytes));
const objectsOf = async (text: string): Promise<JsonLine[]> => collect(readJsonLines(toSource(text)));

test.each(['ann bob', 'ann\tbob', 'ann,bob', 'ann , bob', '  ann   bob\t', 'ann bob\n', 'ann bob\r\n'])(
  '%j is one friendship',
  async (text) => {
    expect(await edgesOf(text)).toEqual([{ line: 1, a: 'ann', b: 'bob' }]);
  },
);

test('comments and blank lines are skipped and counted', async () => {
  expect(await edgesOf('# a b\n\n \t\r\n#\na b\n')).toEqual([{ line: 5, a: 'a', b: 'b' }]);
  expect(await edgesOf('')).toEqual([]);
  expect(await edgesOf('a #b')).toEqual([{ line: 1, a: 'a', b: '#b' }]);
});

test.each([
  ['ann', 'has 1 column, not 2'],
  ['ann bob eve', 'has 3 columns, not 2'],
  ['ann,,bob', 'has 3 columns, not 2'],
  ['{"userID":"ann","friendID":"bob"}', 'is JSON, not two user ids'],
  ['["ann","bob"]', 'is JSON, not two user ids'],
  [',bob', 'the first column is not a user id (1 to 32 characters of printable ASCII)'],
  ['ann,', 'the second column is not a user id (1 to 32 characters of printable ASCII)'],
  ['ann bøb', 'the second column is not a user id (1 to 32 characters of printable ASCII)'],
  [`${'x'.repeat(33)} bob`, 'the first column is not a user id (1 to 32 characters of printable ASCII)'],
  ['ann\u00a0bob', 'has 1 column, not 2'],
  ['ann ann', 'a user cannot befriend itself'],
])('%j is a problem of its line alone', async (text, problem) => {
  expect(await edgesOf(`a b\n${text}\nc d`)).toEqual([
    { line: 1, a: 'a', b: 'b' },
    { line: 2, problem },
    { line: 3, a: 'c', b: 'd' },
  ]);
});

test('ids are told apart by case and may hold any printable ASCII but the comma', async () => {
  expect(await edgesOf('Ann ann')).toEqual([{ line: 1, a: 'Ann', b: 'ann' }]);
  expect(await edgesOf(`!"#$%&'()*+-./:;<=>?@ [\\]^_\`{|}~`)).toEqual([
    { line: 1, a: `!"#$%&'()*+-./:;<=>?@`, b: '[\\]^_`{|}~' },
  ]);
});

test('a byte order mark is skipped at the very beginning only', async () => {
  expect(await edgesOf('\ufeffa b\n\ufeffc d')).toEqual([
    { line: 1, a: 'a', b: 'b' },
    { line: 2, problem: 'the first column is not a user id (1 to 32 characters of printable ASCII)' },
  ]);
});

test('bytes that are not UTF-8 are a problem of their line', async () => {
  expect(await linesOf(100, 'a\n', Uint8Array.of(0xc3, 0x28, 0x0a), 'b')).toEqual([
    { line: 1, text: 'a' },
    { line: 2, problem: 'is not UTF-8' },
    { line: 3, text: 'b' },
  ]);
});

test('a line is bounded by its own bytes, its ending and the mark not counted', async () => {
  const problem = 'has more than 4 bytes';
  expect(await linesOf(4, '\ufeff1234\r\n12345\n1234')).toEqual([
    { line: 1, text: '1234' },
    { line: 2, problem },
    { line: 3, text: '1234' },
  ]);
  expect(await linesOf(4, ...Array.from({ length: 50 }, () => '123456789'), '\nb')).toEqual([
    { line: 1, problem },
    { line: 2, text: 'b' },
  ]);
});

test('a line without end takes no memory', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let chunks = 0; chunks < 2000; chunks++) yield chunk;
  }
  const before = process.memoryUsage().rss;
  expect(await collect(readEdgeList(endless()))).toHaveLength(1);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

test('how the bytes are cut into chunks makes no difference', async () => {
  const text = '\ufeffa b\r\n# é\n\nc\td\nbad\nlong-long-long e,f\r\n';
  const whole = await linesOf(12, text);
  const cuts = fc.array(fc.nat({ max: Buffer.byteLength(text) }));
  await fc.assert(
    fc.asyncProperty(cuts, async (places) => {
      const ends = [0, ...places.sort((a, b) => a - b), Buffer.byteLength(text)];
      const chunks = ends.slice(1).map((end, index) => Buffer.from(text).subarray(ends[index], end));
      expect(await linesOf(12, ...chunks)).toEqual(whole);
    }),
  );
});

test('who stops reading early closes the source', async () => {
  const source = Readable.from([Buffer.from('a b\nc d\n')]);
  for await (const edge of readEdgeList(source)) {
    expect(edge.line).toBe(1);
    break;
  }
  expect(source.destroyed).toBe(true);
});

test('JSON lines give objects, and anything else is a problem of its line', async () => {
  expect(await objectsOf('{"userID":"ann"}\n\n[1]\nnull\n{oops\n {"é":1}\r\n')).toEqual([
    { line: 1, value: { userID: 'ann' } },
    { line: 3, problem: 'is not a JSON object' },
    { line: 4, problem: 'is not a JSON object' },
    { line: 5, problem: 'is not JSON' },
    { line: 6, value: { é: 1 } },
  ]);
});
