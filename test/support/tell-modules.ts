/** Loaded before the program: tells on its standard output which packages are in memory, when it is asked by SIGUSR2. */
process.on('SIGUSR2', () => {
  const packages = Object.keys(require.cache).map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  process.stdout.write(`modules ${JSON.stringify([...new Set(packages)])}\n`);
});
