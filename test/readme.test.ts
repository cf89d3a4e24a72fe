import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, readDocument, toBlocks } from './support/markdown';
import { Terminal } from './support/terminal';

const ADDRESS = '127.0.0.1:4000';
/** Blocks that cannot be run here, by how they begin. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'export AMICUS_DATABASE_URL=': 'it needs a PostgreSQL server of its own',
};

const blocks = toBlocks(readDocument('README.md'));
const isRun = ({ text }: Block): boolean => !Object.keys(NOT_RUN).some((start) => text.startsWith(start));

/** What differs from run to run: moments. */
const mask = (line: string): string => line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'MOMENT');

describe('the first page, pasted from top to bottom', () => {
  const terminals = new Map<string, Terminal>();
  let folder: string;
  let address = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'amicus-readme-'));
  });
  afterAll(async () => {
    await Promise.all([...terminals.values()].map((terminal) => terminal.close()));
    await rm(folder, { recursive: true });
  });

  function requireTerminal(name: string): Terminal {
    const settings = { AMICUS_DATA_DIR: join(folder, 'data'), AMICUS_PORT: '0' };
    const terminal = terminals.get(name) ?? new Terminal(settings);
    terminals.set(name, terminal);
    return terminal;
  }

  /** The lines as a reader with the documented port sees them, without npm's own and empty ones. */
  function toShown({ lines }: Terminal): string[] {
    const own = lines.filter((line) => line !== '' && !line.startsWith('> ') && !line.startsWith('npm warn'));
    return own.map((line) => mask(line.replace(/127\.0\.0\.1:\d+/, ADDRESS)));
  }

  it('runs every command and prints what is shown', async () => {
    const documented = new Map<string, string[]>();
    for (const block of blocks.filter(({ label }) => label !== '')) {
      const terminal = requireTerminal(block.label);
      if (block.language === 'sh') {
        // The text says so where the server is to be stopped; nothing else runs in its terminal.
        if (block.label === 'server') terminal.interrupt();
        // Everything is installed already, or this test would not run.
        await terminal.run(block.text.replace('npm ci && ', '').replaceAll(ADDRESS, address));
        continue;
      }
      const before = documented.get(block.label) ?? [];
      const expected = [...before, ...block.text.trimEnd().split('\n').map(mask)];
      documented.set(block.label, expected);
      await terminal.until(() => terminal.lines.length > 0 && toShown(terminal).length >= expected.length);
      // Sorted: the answer of a call and its event come by different connections.
      expect(toShown(terminal).sort()).toEqual(expected.toSorted());
      address =
        /127\.0\.0\.1:\d+/.exec(terminal.lines.findLast((line) => line.includes('ready at')) ?? '')?.[0] ??
        address;
    }
    for (const [name, expected] of documented) {
      expect(toShown(requireTerminal(name)).sort()).toEqual(expected.toSorted());
    }
  }, 600_000);

  it('has no command outside of it but the few that cannot be run', () => {
    const commands = blocks.filter(({ language }) => ['sh', 'graphql', 'js'].includes(language));
    expect(commands.length).toBeGreaterThan(8);
    const unlabelled = commands.filter(({ language, label }) => language !== 'sh' || label === '');
    expect(unlabelled.filter(isRun)).toEqual([]);
    expect(unlabelled).toHaveLength(Object.keys(NOT_RUN).length);
  });

  it('names commands and files that are there', () => {
    const readme = readDocument('README.md');
    const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', 'amicus', 'generate']));
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? '');
    expect(links).toContain('docs/rules.md');
    for (const link of links) expect(readDocument(link)).not.toBe('');
  });
});
