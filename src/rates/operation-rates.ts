import { OperationTypeNode, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { Viewer } from '../users/viewer';
import type { RateLimit, Verdict } from './rate-limit';
import type { RateLimits } from './rate-limits';
import { countRootFields } from './root-fields';

/** Limits what users ask for, by the kind of operation. Administrators are not limited, whomever they act for. */
export class OperationRates {
  private readonly limits: Record<OperationTypeNode, RateLimit>;

  private readonly invalidDocuments: RateLimit;

  constructor({ queries, mutations, subscriptions, invalidDocuments }: RateLimits) {
    this.invalidDocuments = invalidDocuments;
    this.limits = {
      [OperationTypeNode.QUERY]: queries,
      [OperationTypeNode.MUTATION]: mutations,
      [OperationTypeNode.SUBSCRIPTION]: subscriptions,
    };
  }

  /**
   * Takes a point for each root field, once before the operation is executed. Null when the viewer is not limited.
   * The operation is one of the document, which is valid.
   */
  async take(
    { userID, isAdmin }: Viewer,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): Promise<Verdict | null> {
    if (isAdmin) return null;
    return this.limits[operation.operation].take(userID, countRootFields(document, operation));
  }

  /** The refusal for who has sent too many documents that cannot be executed; null for everybody else. Takes nothing. */
  findRefusal({ userID, isAdmin }: Viewer): Verdict | null {
    return isAdmin ? null : this.invalidDocuments.findRefusal(userID);
  }

  /** Takes a point for a document that was looked at and cannot be executed. Null when the viewer is not limited. */
  async takeInvalid({ userID, isAdmin }: Viewer): Promise<Verdict | null> {
    return isAdmin ? null : this.invalidDocuments.take(userID);
  }
}
