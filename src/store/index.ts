export { createStore } from './create-store.ts';
export { StoreUnavailable } from './errors.ts';
export type * from './store.ts';
