const { swcOptions } = require('./test/support/swc.cjs');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // For a machine that has much else to do; below the minute after which some suites have things end that must end before.
  testTimeout: 55_000,
  // Half of the time suites wait for what happens within seconds: three keep two cores busy.
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // Apollo's integration suite brings a server of its own version: what is audited is the one that is used.
  moduleNameMapper: { '^@apollo/server(/.*)?$': '<rootDir>/node_modules/@apollo/server$1' },
  transform: {
    '^.+\\.[jt]s$': ['@swc/jest', swcOptions],
  },
  // jose is published as ES modules only; the exporter imports what it needs when it first sends.
  transformIgnorePatterns: ['/node_modules/(?!(jose|@opentelemetry/otlp-exporter-base)/)'],
};
