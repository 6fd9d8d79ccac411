/**
 * How far estimates are from what a real model's server counts, and how much is reserved beyond it: of first requests,
 * and of those that follow on a reported count. The server is found as `npm run try:real-model` finds it.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deriveUsage, unknownUsage } from '../src/domain/usage.ts';
import { boundFromAnchor, estimateMessage, estimateRequest } from '../src/models/index.ts';
import type { ModelRequest, RequestMessage } from '../src/providers/provider.ts';
import { createProviders } from '../src/providers/registry.ts';
import { freePort } from '../src/worker/temporal-server/ports.ts';
import { startChild } from '../scripts/real-model/processes.ts';
import { quantile, report } from './support/measure.ts';
import { textsOf, type TextKind } from './support/texts.ts';

const conversations = 24;
const model = 'smollm2-135m';
const serve = process.env['REAL_MODEL'] ?? fileURLToPath(new URL('../../shared/real-model/serve.sh', import.meta.url));
if (!existsSync(serve)) {
  console.log(`NOT RUN: there is no model server at ${serve}; set REAL_MODEL to a program that serves one`);
  process.exit(0);
}

interface Judged {
  readonly error: number;
  readonly slack: number;
}

const user = (text: string): RequestMessage => ({ role: 'user', parts: [{ type: 'text', text }] });

function judge(estimate: { readonly tokens: number; readonly upperBound: number }, counted: number): Judged {
  return { error: estimate.tokens / counted - 1, slack: estimate.upperBound / counted - 1 };
}

const server = await startChild(serve, ['--port', String(await freePort(null)), '--context', '8192', '--slots', '1']);
try {
  const provider = createProviders(
    { local: { api: 'openai-chat', baseURL: `${String(server.ready['ready'])}/v1` } },
    {},
  ).provider('local');

  async function count(messages: readonly RequestMessage[]) {
    const request: ModelRequest = {
      model,
      instructions: 'You are a friendly assistant.',
      messages,
      tools: [],
      maxOutputTokens: 16,
      contextWindow: null,
      output: null,
      cache: { instructions: false, ttl: '5m' },
      cacheKey: 'bench',
    };
    const answer = await provider.stream(request, { signal: AbortSignal.timeout(60_000), onDelta: () => undefined });
    const { inputTokens, outputTokens } = deriveUsage(answer.usage ?? unknownUsage);
    if (inputTokens === null || outputTokens === null) throw new Error('The server told no usage');
    return { request, parts: answer.parts, inputTokens, outputTokens };
  }

  for (const kind of ['English', 'code', 'CJK', 'emoji'] satisfies TextKind[]) {
    const firsts: Judged[] = [];
    const laters: Judged[] = [];
    const texts = textsOf(kind, 2 * conversations);
    for (let index = 0; index < conversations; index++) {
      const said = user(texts[2 * index] ?? '');
      const next = user(texts[2 * index + 1] ?? '');
      const first = await count([said]);
      firsts.push(judge(estimateRequest(first.request, { provider: 'local' }), first.inputTokens));
      const second = await count([said, { role: 'assistant', parts: first.parts }, next]);
      const newMessages = [{ ...next, sent: next.parts, tokens: estimateMessage(next.parts) }];
      const anchored = { provider: 'local', model, anchor: first, answer: first.parts, newMessages };
      laters.push(judge(boundFromAnchor(anchored), second.inputTokens));
    }
    for (const [which, judged] of [
      ['first requests', firsts],
      ['requests after a count', laters],
    ] as const) {
      const errors = judged.map(({ error }) => error);
      const slacks = judged.map(({ slack }) => slack);
      const shown = (values: readonly number[]): string =>
        [0.5, 0.99].map((q) => `${(quantile(values, q) * 100).toFixed(0)} %`).join(', p99 ');
      console.log(
        `     ${kind}, ${which}: estimate off by ${shown(errors)}; bound above the count by ${shown(slacks)}`,
      );
      report(`${kind}, ${which}: bounds below the count`, slacks.filter((slack) => slack < 0).length, { atMost: 0 });
    }
  }
} finally {
  await server.stop();
}
