export * from './client/index.ts';
export * from './config/index.ts';
export { recall } from './tools/recall.ts';
export { startLoadline, type Loadline, type StartOptions } from './start-loadline.ts';
