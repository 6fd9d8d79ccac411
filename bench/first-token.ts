import { median, quantile, report } from './support/measure.ts';
import { serverSentEvents, serveStand } from './support/http.ts';
import { openStand } from './support/stand.ts';
import { spawnWorker } from './support/worker-process.ts';

/**
 * When the first token is there: read from the provider directly, and through a session over HTTP, with the worker in
 * the server's process and in another one. The way of a token is what lies between the provider's writing it and the
 * reader's having it; the rest is what comes before the request is sent.
 */
const rounds = Number(process.env['LOADLINE_BENCH_ROUNDS'] ?? 30);
const warmUp = 5;
/** The provider takes so long to think, and then writes at the pace of a fast hosted model. */
const question = 'Tell me about the sea [[slow 150]] [[pace 100]] [[tokens 40]]';

interface Times {
  /** Milliseconds from the request to the first token. */
  readonly first: number[];
  /** Milliseconds from the worker's having a token to the reader's having it; none for the provider itself. */
  readonly way: number[];
}

async function direct(url: string, { first }: Times): Promise<void> {
  const begun = performance.now();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'loadline-sim-1',
      stream: true,
      messages: [{ role: 'user', content: question }],
    }),
  });
  for await (const { data } of serverSentEvents(response)) {
    if (!data.includes('"content":"') || data.includes('"content":""')) continue;
    first.push(performance.now() - begun);
    break;
  }
}

async function throughSession(url: string, session: string, { first, way }: Times): Promise<void> {
  const begun = performance.now();
  const response = await fetch(`${url}/v1/sessions/${session}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: question, agent: 'simulated', stream: true }),
  });
  let isFirst = true;
  for await (const { type, data } of serverSentEvents(response)) {
    if (type !== 'text.delta') continue;
    const { at } = JSON.parse(data) as { at: string };
    if (isFirst) first.push(performance.now() - begun);
    if (isFirst) way.push(Date.now() - Date.parse(at));
    isFirst = false;
  }
}

const none = (): Times => ({ first: [], way: [] });
const near = await openStand();
const far = await openStand({ worker: false });
const worker = await spawnWorker(far);
const servers = { near: await serveStand(near), far: await serveStand(far) };
try {
  let times = { direct: none(), near: none(), far: none() };
  for (let round = 0; round < warmUp + rounds; round++) {
    if (round === warmUp) times = { direct: none(), near: none(), far: none() };
    await direct(near.simulator.url, times.direct);
    await throughSession(servers.near.url, 'near', times.near);
    await throughSession(servers.far.url, 'far', times.far);
  }
  const ms = (values: readonly number[]): string =>
    `${median(values).toFixed(1)} ms (95 %: ${quantile(values, 0.95).toFixed(1)})`;
  console.log(`     first token from the provider ${ms(times.direct.first)}`);
  for (const [name, { first, way }] of [
    ['the worker’s own process', times.near],
    ['another process', times.far],
  ] as const) {
    console.log(`     over HTTP from ${name} ${ms(first)}`);
    report(`way of the first token through ${name}`, median(way), { atMost: 20 }, ' ms');
    report(
      `first token later than from the provider, ${name}`,
      median(first) - median(times.direct.first),
      { atMost: 20 },
      ' ms',
    );
  }
} finally {
  await Promise.all([servers.near.close(), servers.far.close()]);
  await worker.end('SIGTERM');
  await near.close();
  await far.close();
}
