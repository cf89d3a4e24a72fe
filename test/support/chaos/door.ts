/** Where clients come in: a gateway, or several behind one address. */
export interface Door {
  /** The address of a gateway to go to, when there is one. */
  enter(): Promise<string>;
  token(userID: string, isAdmin?: boolean): Promise<string>;
  /** How long a client waits for an answer, and what it takes for one; null waits for as long as it takes. */
  readonly manners?: Manners;
  /** Whether devices connect again as graphql-ws does by itself, and not as often as a run with kills wants it. */
  readonly usesDefaultRetry?: true;
}

/** What clients do where gateways may hang, or be cut off from what they need. */
interface Manners {
  /** A call without an answer for so long may have been done or not. So may one that the server failed at. */
  answerMs: number;
  /** How often a device asks whether its gateway is still there, and how long it waits for the answer. */
  pingMs: number;
  /** How long a run waits for what is due when all is over: a job that was left behind is taken over within ten seconds. */
  settleMs: number;
}
