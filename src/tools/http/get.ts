import { fetch, type Agent, type Response } from 'undici';
import { ToolError } from '../../config/tool-error.ts';
import type { HostList } from './allowed-hosts.ts';
import { readBody } from './read-body.ts';

export interface GetRules {
  readonly dispatcher: Agent;
  readonly isAllowed: HostList;
  /** The list, for the words of a refusal. */
  readonly hosts: readonly string[];
  readonly maxBytes: number;
  readonly maxRedirects: number;
}

export interface Got {
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Buffer;
}

const redirects = new Set([301, 302, 303, 307, 308]);

function checkedUrl(written: string, base: string | undefined, { isAllowed, hosts }: GetRules): URL {
  const url = URL.parse(written, base);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ToolError(`"${written}" is no http or https address`);
  }
  if (url.username !== '' || url.password !== '') throw new ToolError('An address with a user name is not taken');
  url.hash = '';
  if (isAllowed(url)) return url;
  throw new ToolError(`${url.host} is not one of the hosts that may be asked: ${hosts.join(', ') || 'there are none'}`);
}

/** A failure by the first cause that says something: `fetch failed` is all that the outermost one says. */
function causeOf(error: unknown): unknown {
  const { cause } = error as { readonly cause?: unknown };
  if (typeof cause !== 'object' || cause === null) return error;
  if (cause instanceof ToolError || !('code' in cause)) return causeOf(cause);
  const { code, message } = cause as { readonly code: unknown; readonly message?: string };
  return new Error([code, message].filter(Boolean).join(': '), { cause: error });
}

/**
 * Asks for an address and follows where it leads; every stop is judged as the first one was.
 *
 * @throws ToolError for what is not allowed, too long, or leads in circles; Error for what the network did.
 */
export async function get(address: string, rules: GetRules, signal: AbortSignal): Promise<Got> {
  let url = checkedUrl(address, undefined, rules);
  for (let followed = 0; ; followed++) {
    const response = await ask(url, rules, signal);
    const leads = redirects.has(response.status) ? response.headers.get('location') : null;
    if (leads === null) {
      const bytes = await readBody(response, rules.maxBytes).catch((error: unknown) => {
        throw causeOf(error);
      });
      const contentType = response.headers.get('content-type') ?? '';
      return { url: url.href, status: response.status, contentType, bytes };
    }
    await response.body?.cancel();
    if (followed === rules.maxRedirects) throw new ToolError(`${address} redirects more than ${followed} times`);
    url = checkedUrl(leads, url.href, rules);
  }
}

async function ask(url: URL, { dispatcher }: GetRules, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      dispatcher,
      signal,
      redirect: 'manual',
      headers: {
        accept: 'text/html, application/json, text/*;q=0.9, */*;q=0.1',
        'user-agent': 'Mozilla/5.0 (compatible; loadline)',
      },
    });
  } catch (error) {
    throw causeOf(error);
  }
}
