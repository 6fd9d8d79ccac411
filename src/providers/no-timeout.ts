/** The longest that a timer can wait: the caller aborts, no clock of an SDK's does. */
export const noTimeoutMs = 2 ** 31 - 1;
