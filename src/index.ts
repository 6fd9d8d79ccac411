export * from './client/index.ts';
export * from './config/index.ts';
export * from './tools/index.ts';
export { startLoadline, type Loadline, type StartOptions } from './start-loadline.ts';
