/** The import rules of the tree. Each message says what to do instead. */
const graphqlPackages = 'node_modules/(graphql|type-graphql|@apollo/[^/]+|graphql-ws|ws|graphql-scalars)/';
const databasePackages = 'node_modules/(typeorm|pg|better-sqlite3)/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Move what both files need into a file that imports neither of them.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'lib-is-a-leaf',
      severity: 'error',
      comment: 'lib and errors.ts serve everybody and know nobody: pass in what they need.',
      from: { path: '^src/(lib/|errors\\.ts)' },
      to: { path: '^src/', pathNot: '^src/(lib/|errors\\.ts)' },
    },
    {
      name: 'users-below-relationships',
      severity: 'error',
      comment: 'Profiles know nothing of friendships: let the relationship feature call users.',
      from: { path: '^src/users/' },
      to: { path: '^src/(friends|applications|blocks|listener|transport|cli)/' },
    },
    {
      name: 'events-below-features',
      severity: 'error',
      comment: 'The event log holds ids and facts; what a subscriber sees is loaded in listener/.',
      from: { path: '^src/events/' },
      to: { path: '^src/(users|friends|applications|blocks|listener|transport|cli)/' },
    },
    {
      name: 'friends-below-applications-and-blocks',
      severity: 'error',
      comment: 'The relation table in friends/ decides for requests and blocks too; they import it.',
      from: { path: '^src/friends/' },
      to: { path: '^src/(applications|blocks|listener|transport|cli)/' },
    },
    {
      name: 'rules-know-no-graphql',
      severity: 'error',
      comment:
        'Services, transitions and events hold rules: leave schema and transport to resolvers and types.',
      from: { path: ['\\.(service|transitions|events|repository)\\.ts$', '^src/events/'] },
      to: { path: graphqlPackages },
    },
    {
      name: 'resolvers-know-no-database',
      severity: 'error',
      comment: 'Resolver → service → repository: call a service.',
      from: { path: '\\.(resolver|subscription)\\.ts$' },
      to: { path: ['node_modules/typeorm/', '\\.repository\\.ts$'] },
    },
    {
      name: 'database-packages-stay-in-database',
      severity: 'error',
      comment: 'Write the statement in a repository; connections and drivers live in database/.',
      from: { path: '^src/', pathNot: ['^src/database/', '\\.(entity|repository)\\.ts$'] },
      to: { path: databasePackages },
    },
    {
      name: 'no-barrels',
      severity: 'error',
      comment: 'Import the file that defines the thing.',
      from: {},
      to: { path: '^src/.*index[.]ts$' },
    },
    {
      name: 'closed-list-of-names',
      severity: 'error',
      comment: 'Name the file after the one idea that it holds.',
      from: {},
      to: { path: '(utils|helpers|common|misc|util|helper)(/|[.])', pathNot: 'node_modules' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['require', 'node', 'default'], extensions: ['.ts', '.js'] },
  },
};
