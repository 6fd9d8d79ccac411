import { afterEach, describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { healthRoutes, type Check } from '../../src/server/health.ts';
import type { ServerEnv } from '../../src/server/server-env.ts';
import { listen, type HttpServer } from '../../src/server/listen.ts';

const open: HttpServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(
  port: number,
  elsewhere: boolean,
  checks: Readonly<Record<string, Check>> | null = {},
): Promise<string> {
  const app = healthRoutes(() => checks);
  const server = await listen(app.fetch, { host: '127.0.0.1', port, elsewhere, guarded: false });
  open.push(server);
  return server.url;
}

describe('serving HTTP', () => {
  it('takes another free port when its own is taken, and refuses that when the port was asked for', async () => {
    const port = Number(new URL(await serve(0, true)).port);
    const url = await serve(port, true);
    expect(url).not.toContain(`:${port}`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await expect(serve(port, false)).rejects.toThrow(`HTTP can't be served on port ${port}: another program uses it`);
  });

  it('refuses to be reached from other machines', async () => {
    const app = healthRoutes(() => null);
    const everywhere = { host: '0.0.0.0', port: 0, elsewhere: true, guarded: false };
    await expect(listen(app.fetch, everywhere)).rejects.toThrow('LOADLINE_HOST is 0.0.0.0');
  });

  it('is not ready while the start is not done, nor while a part does not answer', async () => {
    expect((await fetch(`${await serve(0, true, null)}/readyz`)).status).toBe(503);
    const url = await serve(0, true, {
      store: () => Promise.resolve(),
      worker: () => Promise.reject(new Error('gone')),
    });
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ status: 'not ready', checks: { store: 'ok', worker: 'gone' } });
  });

  it('tells those who have not said who they are that a part is away, not where it was', async () => {
    const app = new Hono<ServerEnv>().use(async (context, next) => {
      context.set('principal', null);
      await next();
    });
    const away = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:7233'));
    app.route(
      '/',
      healthRoutes(() => ({ temporal: away })),
    );
    const answer = await app.request('/readyz');
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { status: 'not ready', checks: { temporal: 'failing' } },
    ]);
  });
});
