import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import { Gauge, Histogram, type Registry } from 'prom-client';
import type { ServerContext, ServerEnv } from '../server-env.ts';

/** Seconds: from a read of the store to the longest wait for an answer. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 240];

/** Counts requests with the time until their answer begins, and streams that are open. */
export function httpMetrics(registry: Registry) {
  const requests = new Histogram({
    name: 'loadline_http_request_duration_seconds',
    help: 'Seconds until the answer to a request began',
    labelNames: ['route', 'method', 'status'],
    buckets,
    registers: [registry],
  });
  const streams = new Gauge({
    name: 'loadline_http_open_streams',
    help: 'Streams of events that are being read',
    registers: [registry],
  });
  return createMiddleware<ServerEnv>(async (context, next) => {
    const stop = requests.startTimer();
    await next();
    stop({ route: routeOf(context), method: context.req.method, status: context.res.status });
    // Hono gives no bindings at all where the app is called without a socket.
    const outgoing = (context.env as ServerEnv['Bindings'] | undefined)?.outgoing;
    const isStream = context.res.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (!isStream || context.req.method === 'HEAD' || outgoing === undefined) return;
    streams.inc();
    outgoing.once('close', () => streams.dec());
  });
}

/** The route's pattern: paths have ids in them, and anybody can ask for any path. */
function routeOf(context: ServerContext): string {
  const path = routePath(context, -1);
  return path.endsWith('*') ? 'none' : path;
}
