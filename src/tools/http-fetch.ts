import type { AnyTool } from '../config/tool.ts';
import { fetchTool } from './http/fetch-tool.ts';
import type { HttpFetchOptions } from './http/options.ts';

export type { HttpFetchOptions } from './http/options.ts';

/**
 * A tool `http_fetch` that reads web pages, JSON and text. It reaches only hosts of the list, and of those only public
 * addresses: judged when the connection is made, on the address that is connected to, at every redirect.
 *
 * @throws RangeError for a host or an address that is none.
 *
 * @example
 * defineAgent({ name: 'reader', tools: [httpFetch({ hosts: ['*.wikipedia.org', 'api.example.com'] })] });
 */
export function httpFetch(options: HttpFetchOptions): AnyTool {
  return fetchTool(options);
}
