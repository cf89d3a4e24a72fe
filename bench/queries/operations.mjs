import { createLinkBenchSource } from './linkbench.mjs';
import { createRandom, pick } from './random.mjs';

const BATCH = 20;
const PAGE = 50;

/**
 * @typedef {{ viewer: object, name: import('./documents.mjs').OperationName, variables: object }} Call
 * @typedef {object} Given
 * @property {object[]} viewers - the connection's own: no other asks for them
 * @property {import('./viewers.mjs').Acquaintance} acquaintance
 * @property {number} seed - the same seed gives the same calls
 */

/** A source gives the calls of one connection, one after the other; each has a random viewer. */
const toSource = (next) => (given) => {
  const random = createRandom(given.seed);
  return () => next(given.viewers[pick(random, given.viewers.length)], random, given.acquaintance);
};

const askUsers = (viewer, userIDs) => ({ viewer, name: 'UsersInfo', variables: { userIDs } });

/**
 * What is measured. `kind` says what a server must do: `read` reaches the database, `cached` need not, `write` changes
 * it. `everyViewer` first lets each viewer ask once.
 *
 * @type {{ name: string, title: string, kind: 'read' | 'cached' | 'write', everyViewer?: boolean,
 *   createSource: (given: Given) => () => Call }[]}
 */
export const OPERATIONS = [
  {
    name: 'strangers-cold',
    title: `\`usersInfo\` of ${BATCH} strangers, never asked before`,
    kind: 'read',
    createSource: toSource((viewer, random, acquaintance) =>
      askUsers(viewer, acquaintance.pickStrangers(viewer, BATCH, random)),
    ),
  },
  {
    name: 'strangers-warm',
    title: `\`usersInfo\` of ${BATCH} strangers, asked within the last ten minutes`,
    kind: 'cached',
    everyViewer: true,
    createSource: ({ viewers, acquaintance }) => {
      let turn = 0;
      // Whom a viewer asks for depends on the viewer alone, so the copies are found again in every round.
      const asked = viewers.map((viewer) =>
        acquaintance.pickStrangers(viewer, BATCH, createRandom(viewer.index)),
      );
      return () => {
        const index = turn++ % viewers.length;
        return askUsers(viewers[index], asked[index]);
      };
    },
  },
  {
    name: 'friends',
    title: `\`usersInfo\` of ${BATCH} friends`,
    kind: 'read',
    createSource: toSource((viewer, random, acquaintance) =>
      askUsers(viewer, acquaintance.pickFriends(viewer, BATCH, random)),
    ),
  },
  {
    name: 'friend-page',
    title: `\`friendList\`, a page of ${PAGE} with profiles`,
    kind: 'read',
    createSource: toSource((viewer) => ({ viewer, name: 'FriendPage', variables: { first: PAGE } })),
  },
  {
    name: 'friends-info',
    title: `\`friendsInfo\` of ${BATCH} with relation and profiles, half of them friends`,
    kind: 'read',
    createSource: toSource((viewer, random, acquaintance) => {
      const friends = acquaintance.pickFriends(viewer, BATCH / 2, random);
      const strangers = acquaintance.pickStrangers(viewer, BATCH / 2, random);
      return { viewer, name: 'FriendsInfo', variables: { userIDs: [...friends, ...strangers] } };
    }),
  },
  {
    name: 'add-delete',
    title: '`addFriend`, then `deleteFromFriendList` of the same user, both lists',
    kind: 'write',
    createSource: (given) => {
      const random = createRandom(given.seed);
      let added = null;
      return () => {
        if (added !== null) {
          const { viewer, variables } = added;
          added = null;
          return { viewer, name: 'DeleteFriend', variables: { userIDs: [variables.userID] } };
        }
        const viewer = given.viewers[pick(random, given.viewers.length)];
        const userID = given.acquaintance.pickNewcomer(viewer, random);
        added = { viewer, name: 'AddFriend', variables: { userID } };
        return added;
      };
    },
  },
  {
    name: 'linkbench',
    title: 'the LinkBench mix',
    kind: 'write',
    createSource: createLinkBenchSource,
  },
];

/** Throws when there is none. */
export function requireOperation(name) {
  const operation = OPERATIONS.find((candidate) => candidate.name === name);
  if (operation === undefined) throw new Error(`There is no operation "${name}".`);
  return operation;
}
