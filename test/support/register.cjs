/**
 * Loaded first, lets Node run this project's TypeScript. Does what @swc-node/register does without loading the compiler
 * of TypeScript for it, which takes as long as the program: some suites start dozens of processes.
 */
const { transformFileSync } = require('@swc/core');
const { swcOptions } = require('./swc.cjs');

require.extensions['.ts'] = (module, filename) => {
  module._compile(transformFileSync(filename, { ...swcOptions, swcrc: false }).code, filename);
};
