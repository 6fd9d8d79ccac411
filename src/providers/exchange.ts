import { Agent, type Dispatcher, fetch as undiciFetch } from 'undici';
import type { Refusal } from './complaint.ts';

/**
 * A slow model may say nothing for many minutes: how long is too long is the caller's to say, by aborting. With HTTP/1
 * each call has a socket to itself, whose end no provider can miss.
 */
const patient = { headersTimeout: 0, bodyTimeout: 0, allowH2: false } as const;
const keepingSockets = new Agent(patient);
/**
 * For servers near by, where a new socket costs a tenth of a millisecond. With a count before each call, llama.cpp hung
 * up on 7 of some 950 calls whose sockets were kept, and on none of 450 on new ones; a call that breaks is charged.
 */
const closingSockets = new Agent({ ...patient, pipelining: 0 });

function agentFor(url: string): Agent {
  return url.startsWith('http:') ? closingSockets : keepingSockets;
}

/** One HTTP request through a provider's SDK, watched for what the SDKs don't tell: was it sent, what was refused. */
export interface Exchange {
  /** To be given to the SDK. */
  readonly fetch: typeof globalThis.fetch;
  connecting: boolean;
  sent: boolean;
  answering: boolean;
  refusal: Refusal | null;
}

type Dispatch = Dispatcher['dispatch'];

/** Calls `onStart` when a connected socket is about to be written to: whatever fails before never left. */
function watchStart(onStart: () => void): (dispatch: Dispatch) => Dispatch {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        onStart();
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
}

/** @param headers to be sent beside those of the SDK, in place of any of the same name. */
export function openExchange(headers: Readonly<Record<string, string>> = {}): Exchange {
  const watched = watchStart(() => {
    exchange.sent = true;
  });
  const exchange: Exchange = {
    connecting: false,
    sent: false,
    answering: false,
    refusal: null,
    fetch: async (input, init) => {
      exchange.connecting = true;
      const all = { ...Object.fromEntries(new Headers(init?.headers)), ...lowerCase(headers) };
      const url = input instanceof Request ? input.url : String(input);
      const dispatcher = agentFor(url).compose(watched);
      const request = { ...init, headers: all, dispatcher } as Parameters<typeof undiciFetch>[1];
      const response = (await undiciFetch(url, request)) as unknown as Response;
      if (response.ok) {
        exchange.answering = true;
        return response;
      }
      // The SDKs lose the words of bodies that are not shaped like their own provider's.
      const body = await response.text().catch(() => '');
      exchange.refusal = { status: response.status, headers: response.headers, body };
      return new Response(body, { status: response.status, headers: { 'content-type': 'application/json' } });
    },
  };
  return exchange;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
