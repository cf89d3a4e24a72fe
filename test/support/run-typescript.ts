import { join } from 'node:path';

/** Options of Node with which it runs this project's TypeScript. */
export const RUN_TYPESCRIPT = ['-r', join(__dirname, 'register.cjs')];
