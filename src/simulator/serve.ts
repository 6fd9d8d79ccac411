import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Behaviour } from './behaviour.ts';
import { Directives } from './directives.ts';
import { generate } from './generation.ts';
import type { Client } from './generation.ts';
import { limitsOf, type SimulatedModel } from './models.ts';
import { PromptCaches } from './prompt-caches.ts';
import { isRecord, questionOf, sumTokens } from './prompt.ts';
import type { JsonRecord, Prompt } from './prompt.ts';
import { Refusal } from './refusal.ts';
import { Script } from './script.ts';
import type { Settings } from './settings.ts';
import { nothingBilled, sumUp } from './tally.ts';
import type { Billed, BilledRequest, Outcome, Tally, TallyQuery } from './tally.ts';
import { replyTo } from './talk/reply.ts';
import type { CountRoute, Wire } from './wires/wire.ts';

type Started = Pick<BilledRequest, 'id' | 'wire' | 'model' | 'stream' | 'question' | 'headers'> & { startedAt: Date };

function watch(response: ServerResponse): Client {
  let isGone = false;
  const wakers = new Set<() => void>();
  response.on('close', () => {
    isGone = !response.writableFinished;
    for (const wake of wakers) wake();
  });
  const until = (ms: number | null): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        wakers.delete(wake);
        resolve();
      };
      const timer = ms === null ? undefined : setTimeout(wake, ms);
      wakers.add(wake);
      if (isGone) wake();
    });
  return {
    get isGone() {
      return isGone;
    },
    wait: async (ms) => {
      if (ms > 0) await until(ms);
    },
    gone: () => until(null),
  };
}

function keptHeaders({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => /^(?:x-)?loadline|^idempotency-key$/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** The state of a simulator: what it has billed, what it is told to do next, what its prompt caches hold. */
export class SimulatedProvider {
  readonly script = new Script();
  settings: Settings;
  readonly #directives = new Directives();
  #ended: BilledRequest[] = [];
  #since = new Date().toISOString();
  #running = 0;
  #caches = new PromptCaches();

  constructor(settings: Settings) {
    this.settings = settings;
  }

  tally({ session }: TallyQuery = {}): Tally {
    const ofSession = ({ headers }: BilledRequest): boolean => headers['loadline-session'] === session;
    const requests = session === undefined ? this.#ended : this.#ended.filter(ofSession);
    return sumUp(requests, { running: this.#running, since: this.#since });
  }

  /** Forgets tally, script, tries and caches. Requests that run now are tallied when they end. */
  reset(): void {
    this.#ended = [];
    this.#since = new Date().toISOString();
    this.script.clear();
    this.#directives.clear();
    this.#caches = new PromptCaches();
  }

  /** Answers one request of a wire. */
  async answer(wire: Wire, request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const id = `${wire.idPrefix}${randomBytes(16).toString('hex')}`;
    const model = isRecord(body) && typeof body.model === 'string' ? body.model : '';
    const base = { id, wire: wire.name, model, headers: keptHeaders(request), startedAt: new Date() };
    const client = watch(response);
    this.#running += 1;
    try {
      if (!isRecord(body)) throw wire.unreadable();
      const prompt = wire.parse(body, request.headers, (name) => limitsOf(name, this.settings.contextWindow));
      const started = { ...base, stream: prompt.stream, question: questionOf(prompt).slice(0, 200) };
      const behaviour = { ...this.#directives.take(prompt), ...this.script.take(prompt, wire.name) };
      if (behaviour.status !== undefined) {
        const refusal = wire.failure(behaviour.status, behaviour.message, behaviour.code, model);
        this.#refuse(wire, response, refusal, started, behaviour);
      } else await this.#generate(wire, response, client, started, prompt, body, behaviour);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(wire, response, error, { ...base, stream: false, question: '' }, {});
    } finally {
      this.#running -= 1;
    }
  }

  /** Counts what a request would be billed for as input: nothing is billed, cached or tallied, and no window limits it. */
  count(
    wire: Wire & { readonly count: CountRoute },
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
  ) {
    const id = `${wire.idPrefix}${randomBytes(16).toString('hex')}`;
    const reply = (status: number, content: JsonRecord): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...wire.responseHeaders(id) });
      response.end(JSON.stringify(content));
    };
    try {
      if (!isRecord(body)) throw wire.unreadable();
      const unlimited = (name: string): SimulatedModel => ({ ...limitsOf(name, Infinity), contextWindow: Infinity });
      const prompt = wire.parse(wire.count.request(body), request.headers, unlimited);
      reply(200, wire.count.answer(sumTokens(prompt.segments)));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply(error.status, wire.errorBody(error, id));
    }
  }

  async #generate(
    wire: Wire,
    response: ServerResponse,
    client: Client,
    started: Started,
    prompt: Prompt,
    body: JsonRecord,
    behaviour: Behaviour,
  ): Promise<void> {
    const { id, startedAt } = started;
    const caching = this.settings.promptCache ? wire.caching : 'none';
    const input = this.#caches.bill(caching, prompt, Date.now());
    const reply = replyTo(prompt, behaviour, wire.callIdPrefix);
    const exchange = { id, prompt, body, reply, startedAt, reasoningOutside: behaviour.reasoningOutside ?? false };
    const generation = { exchange, wire, behaviour, settings: this.settings, input, client };
    const { end, billed } = await generate(generation, response);
    const entry = this.#end(started, 200, end, billed);
    if (end !== 'completed' || response.writableFinished) return;
    response.once('close', () => {
      // All was written, but the client left before the system took it.
      if (!response.writableFinished) Object.assign(entry, { outcome: 'aborted', endedAt: new Date().toISOString() });
    });
  }

  #refuse(wire: Wire, response: ServerResponse, refusal: Refusal, started: Started, behaviour: Behaviour): void {
    const { retryAfter, retryAfterMs } = behaviour;
    response.writeHead(refusal.status, {
      'content-type': 'application/json',
      ...wire.responseHeaders(started.id),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...(retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }),
    });
    response.end(JSON.stringify(wire.errorBody(refusal, started.id)));
    this.#end(started, refusal.status, 'refused', nothingBilled);
  }

  #end(started: Started, status: number, outcome: Outcome, billed: Billed): BilledRequest {
    const { startedAt, ...facts } = started;
    const entry = {
      ...facts,
      status,
      outcome,
      billed,
      startedAt: startedAt.toISOString(),
      endedAt: new Date().toISOString(),
    };
    this.#ended.push(entry);
    return entry;
  }
}
