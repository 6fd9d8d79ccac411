export { createStore } from './create-store.ts';
export { StoreUnavailable } from './errors.ts';
export { inspectStore, type StoreCondition } from './inspect.ts';
export type * from './store.ts';
