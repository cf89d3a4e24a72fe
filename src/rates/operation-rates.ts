import { OperationTypeNode, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { Viewer } from '../users/viewer';
import type { RateLimit, Verdict } from './rate-limit';
import type { RateLimits } from './rate-limits';
import { countRootFields } from './root-fields';

/** Limits what users ask for, by the kind of operation. Administrators are not limited, whomever they act for. */
export class OperationRates {
  private readonly limits: Record<OperationTypeNode, RateLimit>;
  private readonly exports: RateLimit;
  private readonly invalidDocuments: RateLimit;

  constructor({ queries, mutations, subscriptions, exports, invalidDocuments }: RateLimits) {
    this.exports = exports;
    this.invalidDocuments = invalidDocuments;
    this.limits = {
      [OperationTypeNode.QUERY]: queries,
      [OperationTypeNode.MUTATION]: mutations,
      [OperationTypeNode.SUBSCRIPTION]: subscriptions,
    };
  }

  /**
   * Takes a point for each root field, and one of its own for each that exports a user, once before the operation is
   * executed. Null when the viewer is not limited. The operation is one of the document, which is valid.
   */
  async take(
    { userID, isAdmin }: Viewer,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): Promise<Verdict | null> {
    if (isAdmin) return null;
    const { all, exports } = countRootFields(document, operation);
    const verdict = await this.limits[operation.operation].take(userID, all);
    if (exports === 0 || verdict?.isRefused === true) return verdict;
    const ofExports = await this.exports.take(userID, exports);
    return ofExports?.isRefused === true ? ofExports : verdict;
  }

  /**
   * The refusal for who has sent too many documents that cannot be executed, and sends one that is not known; null for
   * everybody else. Takes nothing.
   */
  findRefusal({ userID, isAdmin }: Viewer, isKnown: () => boolean): Verdict | null {
    if (isAdmin || !this.invalidDocuments.isSpent(userID) || isKnown()) return null;
    return this.invalidDocuments.findRefusal(userID);
  }

  /** Takes a point for a document that was looked at and cannot be executed. Null when the viewer is not limited. */
  async takeInvalid({ userID, isAdmin }: Viewer): Promise<Verdict | null> {
    return isAdmin ? null : this.invalidDocuments.take(userID);
  }
}
