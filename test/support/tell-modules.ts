const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)/;

/** Loaded before the program: tells on its standard output which packages are in memory, when it is asked by SIGUSR2. */
process.on('SIGUSR2', () => {
  const packages = Object.keys(require.cache).flatMap((path) => PACKAGE.exec(path)?.[1] ?? []);
  process.stdout.write(`modules ${JSON.stringify([...new Set(packages)])}\n`);
});
