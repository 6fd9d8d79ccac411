/**
 * How far estimates are from what a real model's server counts, and how much is reserved beyond it: of single texts and
 * of conversations, over all three wires, by each of the means that there are. The server is found as
 * `npm run try:real-model` finds it.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TokenRange } from '../src/domain/context.ts';
import { deriveUsage, unknownUsage } from '../src/domain/usage.ts';
import { boundFromAnchor, estimateMessage, estimateRequest, isTight, rangeOfCount } from '../src/models/index.ts';
import type { ModelRequest, Provider, RequestMessage } from '../src/providers/provider.ts';
import { createProviders } from '../src/providers/registry.ts';
import { freePort } from '../src/worker/temporal-server/ports.ts';
import { startChild } from '../scripts/real-model/processes.ts';
import { scriptKinds, scriptsOf, type Script } from './support/conversations.ts';
import { quantile, report } from './support/measure.ts';

const model = 'smollm2-135m';
const wires = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const;
const serve = process.env['REAL_MODEL'] ?? fileURLToPath(new URL('../../shared/real-model/serve.sh', import.meta.url));
if (!existsSync(serve)) {
  console.log(`NOT RUN: there is no model server at ${serve}; set REAL_MODEL to a program that serves one`);
  process.exit(0);
}

/** By the text alone; from the last count that was reported; by the server's own count; as a planner has it. */
const means = ['estimate', 'anchored', 'counted', 'planned'] as const;
type Means = (typeof means)[number];
interface Judged {
  readonly by: Means;
  /** Fractions of the count. */
  readonly error: number;
  readonly slack: number;
}

const never = new AbortController().signal;
let untold = 0;
const stored = ({ parts }: RequestMessage) => ({ parts, sent: parts, tokens: estimateMessage(parts) });

async function ask(provider: Provider, request: ModelRequest) {
  const answer = await provider.stream(request, { signal: never, onDelta: () => undefined });
  const { inputTokens, outputTokens } = deriveUsage(answer.usage ?? unknownUsage);
  const isTold = inputTokens !== null && outputTokens !== null;
  return { parts: answer.parts, usage: isTold ? { inputTokens, outputTokens } : null };
}

/** Goes through a conversation, and judges before each turn what the server then counts. */
async function judge(provider: Provider, { instructions, tools, turns }: Script): Promise<Judged[]> {
  const judged: Judged[] = [];
  let messages: readonly RequestMessage[] = [];
  let anchored: ((newMessages: readonly RequestMessage[]) => TokenRange) | null = null;
  for (const newMessages of turns) {
    messages = [...messages, ...newMessages];
    const request: ModelRequest = {
      model,
      instructions,
      messages,
      tools,
      maxOutputTokens: 8,
      contextWindow: null,
      output: null,
      cache: { instructions: false, ttl: '5m' },
      cacheKey: 'bench',
    };
    const estimate = estimateRequest(request, { provider: 'local' });
    const fromAnchor = anchored?.(newMessages) ?? null;
    const count = (await provider.countInput?.(request, never)) ?? null;
    const counted = count === null ? null : rangeOfCount(count);
    const ranges = { estimate, anchored: fromAnchor, counted, planned: planned(fromAnchor, counted) ?? estimate };

    const { parts, usage } = await ask(provider, request);
    messages = [...messages, { role: 'assistant', parts }];
    anchored = null;
    if (usage === null) {
      // llama.cpp's Anthropic wire leaves message_start out where the first token is no whole character.
      untold += 1;
      continue;
    }
    for (const by of means) {
      const range = ranges[by];
      if (range === null) continue;
      const [error, slack] = [range.tokens, range.upperBound].map((tokens) => tokens / usage.inputTokens - 1);
      judged.push({ by, error: error ?? NaN, slack: slack ?? NaN });
    }

    const estimated = estimate.tokens + estimateMessage(parts);
    anchored = (next) =>
      boundFromAnchor({
        provider: 'local',
        model,
        anchor: usage,
        answer: parts,
        newMessages: next.map(stored),
        estimated,
      });
  }
  return judged;
}

/** A planner asks the server unless the last count tells enough. */
function planned(fromAnchor: TokenRange | null, counted: TokenRange | null): TokenRange | null {
  return fromAnchor !== null && isTight(fromAnchor) ? fromAnchor : (counted ?? fromAnchor);
}

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

function show(what: string, judged: readonly Judged[]): void {
  for (const by of means) {
    const own = judged.filter((one) => one.by === by);
    if (own.length === 0) continue;
    const errors = own.map(({ error }) => Math.abs(error));
    const slacks = own.map(({ slack }) => slack);
    const [median, p99] = [quantile(errors, 0.5), quantile(errors, 0.99)];
    console.log(
      `     ${what}, ${by} (${own.length}): off by ${percent(median)}, p99 ${percent(p99)}; bound above by ${percent(quantile(slacks, 0.5))}, p99 ${percent(quantile(slacks, 0.99))}`,
    );
    report(`${what}, ${by}: bounds passed`, slacks.filter((slack) => slack < 0).length, { atMost: 0 });
    if (by !== 'planned') continue;
    report(`${what}, ${by}: median error`, median * 100, { atMost: 2 }, ' %');
    report(`${what}, ${by}: 99th percentile of errors`, p99 * 100, { atMost: 5 }, ' %');
  }
}

const server = await startChild(serve, ['--port', String(await freePort(null)), '--context', '8192', '--slots', '1']);
try {
  const baseURL = `${String(server.ready['ready'])}/v1`;
  const providers = wires.map((api) => createProviders({ local: { api, baseURL } }, {}).provider('local'));
  for (const kind of scriptKinds) {
    const scripts = { 'single texts': scriptsOf(kind, 18, 1), conversations: scriptsOf(kind, 4, 6) };
    for (const [what, ofKind] of Object.entries(scripts)) {
      if (kind === 'mixed' && what === 'single texts') continue;
      const judged: Judged[] = [];
      for (const [index, script] of ofKind.entries()) {
        const provider = providers[index % providers.length];
        if (provider !== undefined) judged.push(...(await judge(provider, script)));
      }
      show(`${kind}, ${what}`, judged);
    }
  }
  console.log(`     answers without usage, not judged: ${untold}`);
} finally {
  await server.stop();
}
