import { createHash } from 'node:crypto';
import type { Shown } from '../activities/shown.ts';
import { hasReplaceable, isExcerpt } from '../domain/references.ts';
import { summaryPart } from '../domain/summary-text.ts';
import { estimateFrame, readerOf, type RequestFrame } from '../models/index.ts';
import { summaryRange } from '../activities/shown.ts';
import type { SentRequest, StoredMessage } from '../store/store.ts';
import type { RequestItem } from './inspect-api.ts';
import type { SentItem } from './request-changes.ts';

/** Another text is another item. */
function keyed(kind: RequestItem['kind'], text: string, tokens: number): SentItem {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 12);
  return { key: `${kind}:${hash}`, kind, tokens: Math.max(0, tokens), text };
}

/** Instructions, tools and schema, whose tokens are those that the plan has. */
export function frameItems({ row, plan, instructions, tools, output, prompt }: SentRequest): readonly SentItem[] {
  const bare: RequestFrame = { model: row.model, instructions, tools: [], output: null };
  const tokensOf = (frame: RequestFrame): number => estimateFrame(frame, { provider: row.provider }).tokens;
  const schemaTokens = output === null ? 0 : tokensOf({ ...bare, output }) - tokensOf(bare);
  // The plan of a summary does not tell its parts.
  const instructionTokens = prompt === undefined ? plan.instructionTokens : tokensOf(bare);
  const json = (value: unknown): string => JSON.stringify(value, null, 2);
  return [
    ...(instructions === '' ? [] : [keyed('instructions', instructions, instructionTokens)]),
    ...(tools.length === 0 ? [] : [keyed('tools', json(tools), plan.toolTokens - schemaTokens)]),
    ...(output === null ? [] : [keyed('output-schema', json(output), schemaTokens)]),
  ];
}

/** The summary that stands before what the first message says. */
export function summaryItems({ row, summary }: SentRequest): readonly SentItem[] {
  if (summary === null) return [];
  const { tokens } = summaryRange(summary, readerOf(row.provider, row.model));
  return [keyed('summary', summaryPart(summary).text, tokens)];
}

/** All that a summariser reads, as one message. */
export function promptItem({ plan }: SentRequest, prompt: string, frame: readonly SentItem[]): SentItem {
  const tokens = frame.reduce((left, item) => left - item.tokens, plan.inputTokens);
  const { text: _, ...item } = keyed('message', prompt, tokens);
  return { ...item, role: 'user', shownAs: 'whole', parts: [{ type: 'text', text: prompt }] };
}

export function messageItem(stored: StoredMessage, shown: Shown, resultsThroughSeq: number): SentItem {
  const { id, runId, role, seq } = stored;
  const isReference = seq <= resultsThroughSeq && hasReplaceable(stored);
  const shownAs = isReference ? 'reference' : stored.parts.some(isExcerpt) ? 'excerpt' : 'whole';
  return {
    key: isReference ? `message:${seq}:reference` : `message:${seq}`,
    kind: 'message',
    tokens: shown.range.tokens,
    role,
    runId,
    messageId: id,
    number: seq,
    shownAs,
    parts: shown.parts,
  };
}
