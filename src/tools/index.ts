export { calculator } from './calculator.ts';
export { clock } from './clock.ts';
export { files } from './files.ts';
export type { FilesOptions } from './files.ts';
export { hackerNews } from './hacker-news.ts';
export type { HackerNewsOptions } from './hacker-news.ts';
export { httpFetch } from './http-fetch.ts';
export type { HttpFetchOptions } from './http-fetch.ts';
export { recall } from './recall.ts';
