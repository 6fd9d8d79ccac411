import { createApp } from './app.ts';
import type { ServerDeps } from './deps.ts';
import { listen, type ListenOptions } from './listen.ts';
import { startingApp } from './starting-app.ts';
import type { ApiTokens } from './security/tokens.ts';

export interface StartServerOptions extends Omit<ListenOptions, 'guarded'> {
  readonly tokens: ApiTokens | null;
}

/** A server that is bound: it says that it starts until what it works with is there. */
export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string;
  serve(deps: Omit<ServerDeps, 'tokens' | 'stopping'>): void;
  /** Ends streams, answers who waits, and lets what is in progress end. */
  close(): Promise<void>;
}

/** @throws LoadlineError `ConfigInvalid` when it can't be bound there. */
export async function startServer({ tokens, ...where }: StartServerOptions): Promise<RunningServer> {
  const stopping = new AbortController();
  let app = startingApp();
  const http = await listen((request, bindings) => app.fetch(request, bindings), {
    ...where,
    guarded: tokens !== null,
  });
  return {
    url: http.url,
    serve(deps) {
      app = createApp({ ...deps, tokens, stopping: stopping.signal });
    },
    async close() {
      stopping.abort();
      await http.close();
    },
  };
}
