import type { AgentName, Config, OutputOf } from '../config/index.ts';
import type { Session, SessionApi, SessionListItem, SessionOptions, SessionQuery } from './api.ts';
import type { Backend } from './backend.ts';
import type { BudgetApi } from './budget-api.ts';
import { connectBackend } from './connect.ts';
import { createSessionApi } from './session-api.ts';
import type { UsageApi } from './usage-api.ts';

export interface ClientOptions {
  /** `host:port` of Temporal; else `TEMPORAL_ADDRESS` or a profile, else the `loadline dev` that runs in the home. */
  readonly temporalAddress?: string;
  readonly namespace?: string;
  /** Else `LOADLINE_DATABASE_URL`, else the file in the home. */
  readonly databaseUrl?: string;
  /** Else `LOADLINE_TASK_QUEUE`, else `loadline`. */
  readonly taskQueue?: string;
  /** State folder of the embedded default; else `LOADLINE_HOME`, else `.loadline` in the working directory. */
  readonly home?: string;
}

/**
 * Sessions from another process than the worker's, with the types of the worker's config.
 *
 * It connects at its first use. Whatever needs Temporal throws `LoadlineError` `TemporalUnavailable` when none is
 * found; nothing was sent then.
 *
 * @example
 * import { SessionClient } from 'loadline/client';
 * import type config from './loadline.config.ts';
 *
 * const client = new SessionClient<typeof config>();
 * const run = await client.session('assistant', { id: 'ann-1' }).send('How warm is it in Oslo?');
 * await client.close();
 */
export class SessionClient<C extends Config = Config> implements SessionApi<C> {
  readonly #api: SessionApi<C>;
  #backend: Promise<Backend> | null = null;

  constructor(options: ClientOptions = {}) {
    this.#api = createSessionApi<C>(() => (this.#backend ??= connectBackend(options)));
  }

  session<Name extends AgentName<C>>(agent: Name, options?: SessionOptions): Session<OutputOf<C, Name>> {
    return this.#api.session(agent, options);
  }

  existing(sessionId: string): Session {
    return this.#api.existing(sessionId);
  }

  async sessions(
    query?: SessionQuery,
  ): Promise<{ readonly sessions: readonly SessionListItem[]; readonly cursor: string | null }> {
    return await this.#api.sessions(query);
  }

  get budgets(): BudgetApi {
    return this.#api.budgets;
  }

  get usage(): UsageApi {
    return this.#api.usage;
  }

  /** Closes its connections; sessions go on. */
  async close(): Promise<void> {
    if (this.#backend !== null) await this.#api.close();
  }
}
