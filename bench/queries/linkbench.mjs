import { createRandom, pick } from './random.mjs';

const LINKS = 50;
const MULTIGET = 10;

/**
 * LinkBench's published shares in per cent (its FBWorkload.properties), each as the call that does the same here. Its
 * add_node (2.5732) and delete_node (1.0120) are left out: users come and go through administrators. The others keep
 * their proportions.
 */
export const MIX = [
  { linkBench: 'get_link_list', share: 50.7119, call: '`friendList`, the newest 50 without profiles' },
  { linkBench: 'get_node', share: 12.9326, call: '`usersInfo` of one user' },
  { linkBench: 'add_link', share: 8.988, call: '`addFriend`, SINGLE' },
  { linkBench: 'update_link', share: 8.018, call: '`setFriendInfo`, the remark' },
  { linkBench: 'update_node', share: 7.366, call: '`setSelfInfo`' },
  { linkBench: 'count_link', share: 4.8863, call: '`friendList { totalCount }`' },
  { linkBench: 'delete_link', share: 2.9907, call: '`deleteFromFriendList`, SINGLE' },
  { linkBench: 'multiget_link', share: 0.5261, call: `\`friendsInfo\` of ${MULTIGET} users` },
];
const TOTAL = MIX.reduce((sum, { share }) => sum + share, 0);

/**
 * The calls of one connection. A link is deleted only after it was added here, so no call is refused; where none is
 * left to delete, one is added.
 *
 * @param {import('./operations.mjs').Given} given
 * @returns {() => import('./operations.mjs').Call}
 */
export function createLinkBenchSource({ viewers, acquaintance, seed }) {
  const random = createRandom(seed);
  const added = [];
  const known = new Set();
  const anybody = () => viewers[pick(random, viewers.length)];

  const calls = {
    get_link_list: () => ({ viewer: anybody(), name: 'GetLinkList', variables: { first: LINKS } }),
    get_node: () => {
      const viewer = anybody();
      return {
        viewer,
        name: 'UsersInfo',
        variables: { userIDs: acquaintance.pickStrangers(viewer, 1, random) },
      };
    },
    add_link: () => {
      const viewer = anybody();
      const userID = acquaintance.pickNewcomer(viewer, random);
      const link = `${viewer.userID} ${userID}`;
      if (known.has(link)) return calls.add_link();
      known.add(link);
      added.push({ viewer, userID });
      return { viewer, name: 'AddLink', variables: { userID } };
    },
    update_link: () => {
      const viewer = anybody();
      const [userID] = acquaintance.pickFriends(viewer, 1, random);
      return { viewer, name: 'UpdateLink', variables: { userID, remark: `Remark ${pick(random, 1e6)}` } };
    },
    update_node: () => ({ viewer: anybody(), name: 'UpdateNode', variables: { level: pick(random, 1e6) } }),
    count_link: () => ({ viewer: anybody(), name: 'CountLinks', variables: {} }),
    delete_link: () => {
      const link = added.shift();
      if (link === undefined) return calls.add_link();
      return { viewer: link.viewer, name: 'DeleteLink', variables: { userIDs: [link.userID] } };
    },
    multiget_link: () => {
      const viewer = anybody();
      const userIDs = acquaintance.pickFriends(viewer, MULTIGET, random);
      return { viewer, name: 'MultigetLinks', variables: { userIDs } };
    },
  };

  return () => {
    let left = random() * TOTAL;
    const kind = MIX.find(({ share }) => (left -= share) < 0) ?? MIX[0];
    return calls[kind.linkBench]();
  };
}
