import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { Step, Tracing } from '../tracing/tracing';
import type { RequestContext } from './context';

/** Tells the operation of a request what becomes of it. */
export const watchOperations: ApolloServerPlugin<RequestContext> = {
  async requestDidStart({ contextValue: { operation } }) {
    if (operation === null) return;
    operation.begin();
    const stages = operation.tracing === null ? null : new TracedStages(operation.tracing);
    return {
      ...stages?.listener,
      async didResolveOperation({ operation: definition }) {
        if (definition) operation.identify(definition);
        stages?.execute();
      },
      async didEncounterErrors({ errors }) {
        operation.own(errors);
      },
      async willSendResponse({ response: { body } }) {
        operation.answer(body.kind === 'single' ? (body.singleResult.errors ?? []) : []);
        stages?.end();
        operation.end();
      },
    };
  },
};

/** The stages of an operation in its trace. A document that is known already is neither parsed nor validated. */
class TracedStages {
  private execution: Step | null = null;

  constructor(private readonly tracing: Tracing) {}

  readonly listener: Pick<GraphQLRequestListener<RequestContext>, 'parsingDidStart' | 'validationDidStart'> =
    {
      parsingDidStart: async () => this.begin('graphql.parse'),
      validationDidStart: async () => this.begin('graphql.validate'),
    };

  execute(): void {
    this.execution = this.tracing.begin('graphql.execute');
  }

  end(): void {
    this.execution?.end();
  }

  private begin(name: string): () => Promise<void> {
    const step = this.tracing.begin(name);
    return async () => step?.end();
  }
}
