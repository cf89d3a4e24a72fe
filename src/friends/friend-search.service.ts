import { badInput } from '../errors';
import { requirePage, toPage, type PageInput, type PageKey } from '../lib/page';
import { findTextProblem } from '../lib/text';
import type { Limits } from '../limits';
import type { Viewer } from '../users/viewer';
import { toFriendKey, type FriendConnection } from './friend-info';
import type { FriendRepository, SearchedFriend } from './friend.repository';

export interface FriendSearch extends PageInput {
  keywords: readonly string[];
  searchUserID: boolean;
  searchNickName: boolean;
  searchRemark: boolean;
}

const LIST = 'search';
const MAX_KEYWORDS = 5;

/**
 * Looks through the viewer's own friend list. One statement reads the list, which has a limit, and the comparison is
 * made here: case folds alike on every engine and in every script that has case, and no character has a meaning.
 */
export class FriendSearchService {
  constructor(
    private readonly friends: FriendRepository,
    private readonly limits: Limits,
  ) {}

  /** Friends that hold any of the keywords, newest friendship first. */
  async search(viewer: Viewer, search: FriendSearch): Promise<FriendConnection> {
    const page = requirePage(LIST, search, this.limits.pageSize);
    const keywords = this.requireKeywords(search.keywords);
    const isMatch = ({ info, nickName }: SearchedFriend): boolean => {
      const texts: string[] = [];
      if (search.searchUserID) texts.push(fold(info.userID));
      if (search.searchNickName) texts.push(fold(nickName));
      if (search.searchRemark) texts.push(fold(info.friendRemark ?? ''));
      return keywords.some((keyword) => texts.some((text) => text.includes(keyword)));
    };
    const found = (await this.friends.loadForSearch(viewer.userID)).filter(isMatch);
    const { after } = page;
    const start = after === null ? 0 : found.findIndex((friend) => isAfter(toFriendKey(friend), after));
    const rest = start === -1 ? [] : found.slice(start, start + page.first + 1);
    const hasPrevious = after !== null && (start === -1 ? found.length > 0 : start > 0);
    return {
      ...toPage(LIST, page, rest, toFriendKey, ({ info }) => info, hasPrevious),
      countAll: () => Promise.resolve(found.length),
    };
  }

  private requireKeywords(keywords: readonly string[]): string[] {
    if (keywords.length === 0 || keywords.length > MAX_KEYWORDS) {
      throw badInput(`"keywords" must hold 1 to ${MAX_KEYWORDS} texts, it holds ${keywords.length}.`);
    }
    for (const keyword of keywords) {
      const problem = keyword === '' ? 'is empty' : findTextProblem(keyword, this.limits.profileTextBytes);
      if (problem !== null) throw badInput(`One of the "keywords" ${problem}.`);
    }
    return keywords.map(fold);
  }
}

/** Upper case last: it joins what differs in lower case only, such as the two forms of the Greek sigma. */
function fold(text: string): string {
  return text.toLowerCase().toUpperCase();
}

/** Whether a key stands behind another in a list that is sorted newest first. */
function isAfter(key: PageKey, other: PageKey): boolean {
  return key.atMs === other.atMs ? key.id < other.id : key.atMs < other.atMs;
}
