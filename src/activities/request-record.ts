import { createHash } from 'node:crypto';
import type { Summary } from '../domain/compaction.ts';
import type { RequestMessage } from '../providers/provider.ts';
import type { RequestRecord, RunRow } from '../store/store.ts';
import type { Gathered } from './gather-context.ts';
import type { Shown } from './shown.ts';

/** What is kept of a run's request: its texts, and where in the transcript its messages stand. */
export function recordOf(
  { frame, past, resultsThroughSeq, summaryNumber }: Gathered,
  { number }: RunRow,
  { keptRuns, messages }: { readonly keptRuns: number; readonly messages: readonly Shown[] },
): RequestRecord {
  const { instructions, tools, output } = frame;
  return {
    instructions,
    tools,
    output,
    summaryNumber,
    resultsThroughSeq,
    firstRun: past.runs.at(past.runs.length - keptRuns)?.number ?? 0,
    lastRun: number,
    lastSeq: messages.reduce((last, { seq }) => Math.max(last, seq), 0),
    digest: digestOf(messages, past.summary),
  };
}

/** The past is the same objects from call to call: each is hashed once. */
const hashed = new WeakMap<RequestMessage, string>();

/** Tells messages of a request from others. Media counts by reference: its bytes are content-addressed. */
export function digestOf(messages: readonly RequestMessage[], summary: Summary | null): string {
  const all = messages.map((message) => {
    const digest = hashed.get(message) ?? hashOf([message.role, message.parts]);
    hashed.set(message, digest);
    return digest;
  });
  return hashOf([summary?.text ?? null, ...all]);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
