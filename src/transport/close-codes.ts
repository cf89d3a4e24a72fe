/** Of RFC 6455 and its registry, those with which this server closes besides the protocol's own. */
export const GOING_AWAY = 1001;
export const INTERNAL_ERROR = 1011;
/** Clients come back by themselves. */
export const TRY_AGAIN_LATER = 1013;
