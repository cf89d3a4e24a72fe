const { basename } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/** Suites that take long for their size, the longest first. */
const LONG = [
  'profile-fanout-kill',
  'chaos-cluster',
  'readme',
  'rolling',
  'chaos',
  'database-away',
  'races',
  'many-callers',
  'chaos-checker',
  'promises-clients',
  'slow-consumer',
  'promises-slow-clients',
  'model-at-once',
  'model',
];

/**
 * Where the suites have not been run before, as in CI, Jest begins with those of most text, and the shortest would be
 * waited for in the end: some of these start the most processes.
 */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const toRank = ({ path }) => {
      const index = LONG.indexOf(basename(path, '.test.ts'));
      return index === -1 ? LONG.length : index;
    };
    return super.sort(tests).sort((one, other) => toRank(one) - toRank(other));
  }
};
