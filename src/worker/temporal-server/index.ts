export { checkServer, connectToServer } from './check-server.ts';
export { runningServer } from './embedded-server.ts';
export { findTemporal, type FindTemporalOptions, type FoundTemporal } from './find-temporal.ts';
export { configuredServer, namedOutsideServer, type OutsideServer, type ServerConnection } from './outside-server.ts';
export { ensureSearchAttributes, missingSearchAttributes, searchAttributes } from './search-attributes.ts';
