import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openTrustedDocuments, TrustedDocuments } from '../src/graphql/trusted-documents';

const ME = '{ me { id } }';

test('a text that is not in the manifest is told of once, by its hash', () => {
  const told: string[] = [];
  const documents = new TrustedDocuments(new Map([['me', ME]]), 'log', (sha256) => told.push(sha256));
  for (const query of ['{ a }', ME, '{ b }', '{ a }']) documents.resolve({ query });
  documents.resolve({ documentId: 'me' });
  expect(told).toEqual(['{ a }', '{ b }'].map((text) => createHash('sha256').update(text).digest('hex')));
});

test.each(['off', 'enforce'] as const)('nothing is told of when the mode is %s', (mode) => {
  const documents = new TrustedDocuments(new Map([['me', ME]]), mode, () => {
    throw new Error('told');
  });
  const resolve = () => documents.resolve({ query: '{ a }' });
  if (mode === 'off') expect(resolve()).toEqual({ query: '{ a }' });
  else expect(resolve).toThrow('Only documents of the manifest');
});

test('it stands in the log, and its text does not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'amicus-test-'));
  const trustedDocuments = join(folder, 'manifest.json');
  await writeFile(trustedDocuments, JSON.stringify({ me: ME }));
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(line) });
  const documents = await openTrustedDocuments({ trustedDocuments, trustMode: 'log' }, logger);
  documents?.resolve({ query: '{ secret }' });
  const sha256 = createHash('sha256').update('{ secret }').digest('hex');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ sha256, level: 40 }]);
  expect(lines.join()).not.toContain('secret }');
  expect(await openTrustedDocuments({ trustedDocuments: null, trustMode: 'off' }, logger)).toBeNull();
  await rm(folder, { recursive: true });
});

test('a hash goes with the id that it was, the rest of the request stays', () => {
  const documents = new TrustedDocuments(new Map([['me', ME]]), 'off', () => undefined);
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'me' }, other: 1 };
  expect(documents.resolve({ extensions, variables: { a: 1 } })).toEqual({
    query: ME,
    extensions: { other: 1 },
    variables: { a: 1 },
  });
  const request = { query: '{ a }', extensions };
  expect(documents.resolve(request)).toBe(request);
});
