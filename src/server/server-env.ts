import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { invalidInput } from './http-error.ts';
import type { Principal } from './security/tokens.ts';

/** What every handler finds in its context. */
export interface ServerEnv {
  /** Missing only where the app is called without a socket. */
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: {
    /** `null`: nobody said who they are. */
    readonly principal: Principal | null;
    /** Stands in the answer's `X-Request-Id`, in the log and in the problem document. */
    readonly requestId: string;
  };
}

export type ServerContext = Context<ServerEnv>;
export type Routes = OpenAPIHono<ServerEnv>;

/** Routes whose misfitting input is refused by a problem document that names each field. */
export function newRoutes(): Routes {
  return new OpenAPIHono<ServerEnv>({
    defaultHook(result) {
      if (!result.success) throw invalidInput(result.target, result.error);
    },
  });
}
