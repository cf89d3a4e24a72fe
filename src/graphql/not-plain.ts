/** The answer is not of the plain kind that is written as text: graphql-js is to give it, with its errors if it has any. */
export class NotPlainError extends Error {}
