import { Agent } from 'node:http';
import type { GraphqlAnswer } from '../server';
import type { Answer } from '../model';
import { post } from '../post';
import { toAnswer, toCall } from '../step-calls';
import type { Step } from '../steps';
import type { Door } from './door';
import type { MutationRecord } from './records';

/** The connection broke after the request may have been read, or no answer came: whether it was done is not known. */
const UNKNOWN = 'unknown';
const ADMIN = 'admin';

/** Calls a gateway that may be killed at any time, on connections that are kept. */
export class ChaosCaller {
  readonly failures: string[] = [];
  private readonly agent = new Agent({ keepAlive: true });
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(private readonly door: Door) {}

  /** One mutation, with what became of it. */
  async run(step: Step): Promise<MutationRecord> {
    const { by, field, query, variables } = toCall(step, (name) => name);
    const sent = await this.send(by, query, variables);
    if (sent === UNKNOWN) return { step, outcome: 'unknown' };
    return { step, outcome: 'acknowledged', answer: this.toStepAnswer(step, sent, field) };
  }

  /** The data of a query, asked again until it is answered. `userID` null is the administrator. */
  async ask<Data>(userID: string | null, query: string, variables: object = {}): Promise<Data> {
    for (;;) {
      const answer = await this.send(userID, query, variables);
      if (answer === UNKNOWN) continue;
      if (answer.data === undefined || answer.data === null) throw new Error(JSON.stringify(answer.errors));
      return answer.data as Data;
    }
  }

  token(userID: string | null): Promise<string> {
    const name = userID ?? ADMIN;
    const made = this.tokens.get(name) ?? this.door.token(name, userID === null);
    this.tokens.set(name, made);
    return made;
  }

  stop(): void {
    this.agent.destroy();
  }

  /** The answer in the model's form; of a call that was refused as a whole its code. */
  private toStepAnswer(
    step: Step,
    { data, errors }: GraphqlAnswer<Record<string, unknown>>,
    field: string,
  ): Answer {
    if (errors === undefined) return toAnswer(step, data?.[field]);
    const { resultCode, code } = errors[0]?.extensions ?? {};
    if (resultCode === undefined && code !== 'FORBIDDEN')
      this.failures.push(`${step.kind} was answered ${JSON.stringify(errors)}`);
    return resultCode ?? code;
  }

  /** A request that found nobody listening was not sent, and goes out once the gateway is up. */
  private async send(
    userID: string | null,
    query: string,
    variables: object,
  ): Promise<GraphqlAnswer<Record<string, unknown>> | typeof UNKNOWN> {
    const token = await this.token(userID);
    for (;;) {
      const url = await this.door.enter();
      try {
        const text = await post(url, {
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify({ query, variables }),
          agent: this.agent,
          answerMs: this.door.manners?.answerMs,
        });
        const answer = JSON.parse(text) as GraphqlAnswer<Record<string, unknown>>;
        const hasFailed = answer.errors?.[0]?.extensions['code'] === 'SERVICE_UNAVAILABLE';
        return hasFailed && this.door.manners !== undefined ? UNKNOWN : answer;
      } catch (error) {
        if ((error as { code?: string }).code !== 'ECONNREFUSED') return UNKNOWN;
      }
    }
  }
}
