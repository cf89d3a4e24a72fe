/** How many lexical tokens a document may have, over HTTP and WebSocket. */
export const MAX_TOKENS = 5_000;
