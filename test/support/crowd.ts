import type { Clock } from '../../src/lib/clock';
import { findCountProblems, LISTS, toLists, type Lists, type ListsAnswer } from './lists';
import type { Answer } from './model';
import { ADMIN, type TestServer } from './server';
import { toAnswer, toCall } from './step-calls';
import { EVERYBODY, NO_ID, NOBODY, type Step } from './steps';

/** Moves on with every look: what happens in different calls happens at different moments. */
export function createTickingClock(): Clock {
  let last = 0;
  return {
    now: () => {
      last = Math.max(Date.now(), last + 1);
      return last;
    },
  };
}

let crowds = 0;

/** The users of one history on a server that many histories share: their names here are short, their ids their own. */
export class Crowd {
  private readonly prefix: string;
  /** Calls that were answered, and events that were delivered to devices. */
  readonly counts = { calls: 0, deliveries: 0 };

  constructor(readonly server: TestServer) {
    crowds += 1;
    this.prefix = `c${crowds}.`;
    server.statements.length = 0;
  }

  readonly id = (name: string): string => (name === NO_ID ? name : this.prefix + name);

  /** The value with every id of this crowd replaced by its short name. */
  toNames<Value>(value: Value): Value {
    return JSON.parse(JSON.stringify(value).replaceAll(`"${this.prefix}`, '"')) as Value;
  }

  /** The answer of one mutation. An error of the whole call answers with its result code, or its code. */
  async run(step: Step): Promise<Answer> {
    const { by, field, query, variables } = toCall(step, this.id);
    this.counts.calls++;
    const { data, errors } = await this.server.send(by === null ? ADMIN : this.id(by), query, variables);
    if (errors !== undefined) {
      const { resultCode, code } = errors[0]?.extensions ?? {};
      if (resultCode === undefined && code !== 'FORBIDDEN') throw new Error(JSON.stringify(errors));
      return resultCode ?? code;
    }
    return this.toNames(toAnswer(step, data?.[field]));
  }

  /** Where the stream of a user stands. Creates the user where it is missing. */
  async position(name: string): Promise<string> {
    const answer = await this.server.call<{ friendshipEventPosition: string }>(
      this.id(name),
      '{ friendshipEventPosition }',
    );
    return answer.friendshipEventPosition;
  }

  /** Those of the users who exist; asking creates none. */
  async findExisting(names: readonly string[]): Promise<Set<string>> {
    const { friendsInfo } = await this.server.call<{ friendsInfo: { userID: string; resultCode: string }[] }>(
      ADMIN,
      'query ($userIDs: [ID!]!) { friendsInfo(userIDs: $userIDs) { userID resultCode } }',
      { userIDs: names.map(this.id) },
    );
    const found = friendsInfo.filter(({ resultCode }) => resultCode === 'OK');
    return new Set(found.map(({ userID }) => this.toNames(userID)));
  }

  /** The lists as they are read while others write, or at rest. */
  async lists(name: string): Promise<Lists> {
    return toLists(await this.readLists(name));
  }

  /** The lists when nothing is under way: throws where the counts beside them do not agree. */
  async listsAtRest(name: string): Promise<Lists> {
    const answer = await this.readLists(name);
    const problems = findCountProblems(answer);
    if (problems.length > 0) throw new Error(`The lists of ${name}: ${problems.join('; ')}`);
    return toLists(answer);
  }

  private async readLists(name: string): Promise<ListsAnswer> {
    const others = [...EVERYBODY, NOBODY].map(this.id);
    return this.toNames(await this.server.call<ListsAnswer>(this.id(name), LISTS, { others }));
  }
}
