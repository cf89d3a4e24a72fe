import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = join(__dirname, '..');
const folder = join(__dirname, 'node24');
const node24 = join(folder, 'node_modules', '.bin', 'node');

const nodeMajor = Number(process.versions.node.split('.', 1)[0]);
const needed = nodeMajor < 22;
const possible = process.platform === 'linux' && process.arch === 'x64';

if (needed && possible) {
  test('the engine suite passes on node:sqlite, under Node 24', async () => {
    if (!existsSync(node24)) await execute('npm', ['ci', '--prefix', folder], { cwd: folder });
    const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
    const { stderr } = await execute(node24, [jest, 'test/engine.test.ts', '--verbose'], { cwd: root });
    expect(stderr).toContain('database on node:sqlite');
  }, 180_000);
} else {
  const reason = needed
    ? 'Node 24 comes from the registry for linux-x64 only'
    : 'engine.test.ts runs node:sqlite here';
  test.skip(`the engine suite under a second Node: ${reason}`, () => undefined);
}
