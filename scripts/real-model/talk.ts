import { deriveUsage } from '../../src/domain/usage.ts';
import type { RunResult } from '../../src/domain/run.ts';
import type { SessionMetrics } from '../../src/domain/metrics.ts';
import type { SessionState } from '../../src/domain/session.ts';
import type { Store } from '../../src/store/index.ts';
import { areEqual, sumCounts, type Count } from './counts.ts';
import type { CountingProxy } from './counting-proxy.ts';
import type { CommandLine } from './processes.ts';

export interface Wire {
  readonly api: 'openai-responses' | 'openai-chat' | 'anthropic-messages';
  readonly path: string;
}

export const wires: readonly Wire[] = [
  { api: 'openai-responses', path: '/v1/responses' },
  { api: 'openai-chat', path: '/v1/chat/completions' },
  { api: 'anthropic-messages', path: '/v1/messages' },
];

const questions = [
  'My name is Ann and I live in Oslo.',
  'What is a river?',
  'Name three colours.',
  'Tell me about bread.',
  'Grüß Gott! Wie geht es dir?',
  'What is the sea made of?',
  'Write a line about 雪 and 月.',
  'Why is the sky blue?',
  'Give me a recipe for tea.',
  'What do bees do? 🐝',
];

/** A conversation as four parties count it. `engine` is missing on a wire whose answers carry no timings. */
export interface Outcome {
  readonly wire: Wire;
  readonly runs: number;
  /** Runs with an answer, be it one that the output limit cut off. */
  readonly answered: number;
  readonly server: Count;
  readonly engine: Count | null;
  readonly ledger: Count;
  readonly metrics: Count;
  readonly failedAttempts: number;
  readonly compactions: number;
  readonly tokensSaved: number;
  readonly estimatedTokens: number;
  readonly uncounted: number;
  readonly seconds: number;
}

/** Holds a conversation over the command line, one process a message, and counts it. */
export async function talk(
  wire: Wire,
  runs: number,
  { cli, proxy, store }: { readonly cli: CommandLine; readonly proxy: CountingProxy; readonly store: Store },
  onRun: (run: number) => void,
): Promise<Outcome> {
  const startedAt = performance.now();
  const id = `real-${wire.api}`;
  let answered = 0;
  for (let run = 0; run < runs; run += 1) {
    const question = questions[run % questions.length] ?? '';
    const result = await cli.json<RunResult>('send', id, question, '--agent', wire.api);
    if (result.status === 'completed' || result.finishReason === 'length') answered += 1;
    onRun(run + 1);
  }
  while ((await cli.json<SessionState>('state', id)).compacting);
  const metrics = await cli.json<SessionMetrics>('metrics', id);
  const counts = proxy.counts(wire.path);
  const engines = counts.map(({ engine }) => engine).filter((engine) => engine !== null);
  return {
    wire,
    runs,
    answered,
    server: sumCounts(counts),
    engine: engines.length === counts.length ? sumCounts(engines) : null,
    ledger: await ledgerOf(store, id),
    metrics: countOf(metrics),
    failedAttempts: metrics.failedAttempts,
    compactions: metrics.compactions,
    tokensSaved: metrics.tokensSavedByCompaction,
    estimatedTokens: metrics.estimatedTokens,
    uncounted: proxy.uncounted(wire.path),
    seconds: (performance.now() - startedAt) / 1000,
  };
}

async function ledgerOf(store: Store, id: string): Promise<Count> {
  const rows = await store.ledger(id);
  return sumCounts(
    rows.map(({ usage }) => (usage === null ? { input: 0, cached: 0, output: 0 } : countOf(deriveUsage(usage)))),
  );
}

function countOf(usage: Pick<SessionMetrics, 'inputTokens' | 'outputTokens' | 'cacheReadTokens'>): Count {
  const { inputTokens, outputTokens, cacheReadTokens } = usage;
  return {
    input: inputTokens ?? Number.NaN,
    cached: cacheReadTokens ?? Number.NaN,
    output: outputTokens ?? Number.NaN,
  };
}

/** What does not hold of a conversation; empty when all of it does. */
export function differences(outcome: Outcome): string[] {
  const { server, engine, ledger, metrics, wire } = outcome;
  const checks: readonly (readonly [boolean, string])[] = [
    [outcome.answered === outcome.runs, `${outcome.answered} of ${outcome.runs} runs were answered`],
    [server.input > 0 && server.output > 0, 'the server counted nothing'],
    [engine === null || areEqual(server, engine), "the server's usage is not what its engine counted"],
    [areEqual(server, ledger), 'the ledger is not what the server counted'],
    [areEqual(ledger, metrics), 'the metrics are not what the ledger says'],
    [outcome.estimatedTokens === 0, `${outcome.estimatedTokens} tokens are estimated`],
    [outcome.failedAttempts === 0, `${outcome.failedAttempts} requests were refused`],
    [outcome.uncounted === 0, `${outcome.uncounted} requests told no usage`],
  ];
  return checks.filter(([holds]) => !holds).map(([, difference]) => `${wire.api}: ${difference}`);
}
