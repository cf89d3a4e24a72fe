import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { badInput, type ErrorCode } from '../errors';
import { toHttpError, toUnavailableHead } from './error-presenter';

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
        if (accept === '' || isAnswered(accept)) return;
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

/** Tells clients, and what stands before the server, that the same may succeed later or on another one. */
export const answerUnavailable: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { http, body } }) {
        if (body.kind !== 'single') return;
        const { data = null, errors = [] } = body.singleResult;
        if (data !== null || errors.every(({ extensions }) => extensions?.['code'] !== UNAVAILABLE)) return;
        const { status, headers } = toUnavailableHead();
        http.status = status;
        for (const [name, value] of headers) http.headers.set(name, value);
      },
    };
  },
};

const UNAVAILABLE = 'SERVICE_UNAVAILABLE' satisfies ErrorCode;
const ANSWER_TYPES = ['application/graphql-response+json', 'application/json'];
const MISTAKES: readonly unknown[] = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'QUERY_TOO_COMPLEX',
  'BAD_USER_INPUT',
];

interface MediaRange {
  type: string;
  /** Others than its weight, and than the charset of all answers. */
  hasParameters: boolean;
  isForbidden: boolean;
}

function toRanges(accept: string): MediaRange[] {
  return accept
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
      return {
        type,
        hasParameters: parameters.some((parameter) => !/^(q=.*|charset="?utf-8"?)$/.test(parameter)),
        isForbidden: parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)),
      };
    });
}

/** Those that are not forbidden by `q=0`. */
function toMediaTypes(accept: string): string[] {
  return toRanges(accept)
    .filter(({ isForbidden }) => !isForbidden)
    .map(({ type }) => type);
}

/** As Apollo Server finds it: the range that fits best decides. Says no when in doubt. */
function isAnswered(accept: string): boolean {
  const ranges = toRanges(accept).filter(({ hasParameters }) => !hasParameters);
  return ANSWER_TYPES.some((answer) => {
    const fitting = [answer, 'application/*', '*/*']
      .map((wanted) => ranges.filter(({ type }) => type === wanted))
      .find((found) => found.length > 0);
    return fitting?.every(({ isForbidden }) => !isForbidden) === true;
  });
}

function isJsonOnly(accept: string | undefined): boolean {
  return accept !== undefined && toMediaTypes(accept).every((type) => type === 'application/json');
}
