import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { badInput } from '../errors';
import { toHttpError } from './error-presenter';

/** Executed over HTTP, a subscription would answer with its first event and leak the rest. */
export const refuseSubscriptions: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
        throw toHttpError(
          badInput('Subscriptions are served over WebSocket, by the graphql-transport-ws protocol.'),
        );
      },
    };
  },
};

/** Apollo Server finds out that the client takes no JSON when the answer is ready: too late for a mutation. */
export const refuseUnacceptable: ApolloServerPlugin = {
  async requestDidStart({ request: { http } }) {
    const accept = http?.headers.get('accept') ?? '';
    return {
      async didResolveOperation() {
        if (accept === '' || toMediaTypes(accept).some((type) => ANSWERED.includes(type))) return;
        throw new GraphQLError(`Answers are ${ANSWER_TYPES.join(' or ')}; "accept" allows neither.`, {
          extensions: { code: 'BAD_REQUEST', http: { status: 406, headers: new HeaderMap() } },
        });
      },
    };
  },
};

/**
 * Who asks for `application/json` and nothing else takes any status but 200 for something between here and there that
 * failed, so GraphQL over HTTP wants 200 for a document or a variable that is wrong.
 */
export const answerJsonClientsWith200: ApolloServerPlugin = {
  async requestDidStart({ request: { http } }) {
    if (http === undefined || !isJsonOnly(http.headers.get('accept'))) return;
    return {
      async willSendResponse({ response, errors = [] }) {
        const isOurs = errors.every(({ extensions }) => MISTAKES.includes(extensions['code']));
        if (response.http.status === 400 && errors.length > 0 && isOurs) response.http.status = 200;
      },
    };
  },
};

const ANSWER_TYPES = ['application/graphql-response+json', 'application/json'];
const ANSWERED: readonly string[] = [...ANSWER_TYPES, 'application/*', '*/*'];
const MISTAKES: readonly unknown[] = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'QUERY_TOO_COMPLEX',
  'BAD_USER_INPUT',
];

/** Those that are not forbidden by `q=0`. */
function toMediaTypes(accept: string): string[] {
  return accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .filter(([, ...parameters]) => !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)))
    .map(([type = '']) => type);
}

function isJsonOnly(accept: string | undefined): boolean {
  return accept !== undefined && toMediaTypes(accept).every((type) => type === 'application/json');
}
