import type { LookupFunction } from 'node:net';
import { z } from 'zod';
import { defineTool, type AnyTool } from '../../config/tool.ts';
import { ToolError } from '../../config/tool-error.ts';
import { addressPolicy } from './address-policy.ts';
import { hostList } from './allowed-hosts.ts';
import { get } from './get.ts';
import { guardedAgent } from './guarded-agent.ts';
import type { HttpFetchOptions } from './options.ts';
import { readableOf } from './readable.ts';

/**
 * The tool `http_fetch`.
 *
 * @param lookup another resolver of names than the system's.
 * @throws RangeError for a host or an address that is none.
 */
export function fetchTool(options: HttpFetchOptions, lookup?: LookupFunction): AnyTool {
  const { hosts, allowAddresses = [], maxBytes = 1_000_000, timeoutSeconds = 20, maxRedirects = 5 } = options;
  const isAllowed = hostList(hosts);
  const isOpen = addressPolicy(allowAddresses);
  return defineTool({
    name: 'http_fetch',
    description: `Reads a web page (as text), JSON or a text file by its http or https address. Hosts that may be asked: ${hosts.join(', ')}.`,
    inputSchema: z.object({ url: z.string() }),
    idempotent: true,
    retry: { maximumAttempts: 2 },
    timeout: `${timeoutSeconds + 5}s`,
    async execute({ url }, { abortSignal }) {
      const dispatcher = guardedAgent(isOpen, { connectTimeoutMs: timeoutSeconds * 1000, lookup });
      const timeUp = AbortSignal.timeout(timeoutSeconds * 1000);
      try {
        const signal = AbortSignal.any([abortSignal, timeUp]);
        const got = await get(url, { dispatcher, isAllowed, hosts, maxBytes, maxRedirects }, signal);
        const readable = readableOf(got.bytes, got.contentType, got.url);
        return { url: got.url, status: got.status, ...readable };
      } catch (error) {
        if (timeUp.aborted) throw new ToolError(`${url} did not answer in full within ${timeoutSeconds} s`);
        throw error;
      } finally {
        await dispatcher.destroy();
      }
    },
  });
}
