import type { Backend } from '../client/backend.ts';
import type { SessionApi } from '../client/api.ts';
import type { Config, DefaultModel, ResolvedConfig } from '../config/index.ts';
import type { Check } from './health.ts';
import type { Stories } from './stories/stories.ts';
import type { ApiTokens } from './security/tokens.ts';

/** What `GET /v1/about` tells beside who asks. */
export interface About {
  readonly version: string;
  readonly temporal: { readonly namespace: string; readonly uiUrl: string | null };
  /** Of agents that name no model; `null`: every agent names one. */
  readonly defaultModel: DefaultModel | null;
}

/** Lines of the server's own log; what is logged holds no token, no key and no text of a message. */
export interface ServerLog {
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** What routes work with. It holds no state of sessions: any number of servers can stand before the same ones. */
export interface ServerDeps {
  readonly api: SessionApi<Config>;
  readonly backend: Backend;
  readonly config: ResolvedConfig;
  /** `null`: whoever reaches this machine's loopback may do everything. */
  readonly tokens: ApiTokens | null;
  readonly about: About;
  /** What must answer before work is sent here. */
  readonly checks: Readonly<Record<string, Check>>;
  /** Aborts when the server stops: streams end, and who waits is answered. */
  readonly stopping: AbortSignal;
  readonly log: ServerLog;
  /** Names the providers that can be called, for the list of models. */
  readonly environment: NodeJS.ProcessEnv;
  /** The folder of the built dashboard; `null`: there is none. */
  readonly dashboard: string | null;
  /** `null`: this server tells none. */
  readonly stories: Stories | null;
}
