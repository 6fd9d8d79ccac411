import type { ContextAnchor, TokenRange } from '../domain/context.ts';
import type { ContextUse } from '../domain/metrics.ts';
import { boundFromAnchor } from '../models/index.ts';
import type { ModelTarget } from './deps.ts';
import type { Gathered } from './gather-context.ts';
import type { PlannedRequest } from './plan-request.ts';

/** The count from the anchor on, where the request can begin with the very messages that the anchor's had. */
export function countFromAnchor(
  anchor: ContextAnchor,
  { past: { runs: past }, own, framed, summarised }: Gathered,
  { provider: { name: provider }, model }: ModelTarget,
): (TokenRange & { readonly keptRuns: number }) | null {
  const first = past.findIndex(({ messages }) => messages[0]?.seq === anchor.firstSeq);
  const keptRuns = first >= 0 ? past.length - first : 0;
  const messages = [...past.slice(past.length - keptRuns).flatMap((run) => run.messages), ...own];
  const covered = messages.filter(({ seq }) => seq <= anchor.lastSeq);
  const answer = covered.at(-1);
  const isContinued = covered[0]?.seq === anchor.firstSeq && covered.length === anchor.messages;
  if (answer === undefined || !isContinued) return null;
  const newMessages = messages.slice(covered.length);
  const estimated = covered.reduce((tokens, { range }) => tokens + range.tokens, framed.tokens + summarised.tokens);
  return { keptRuns, ...boundFromAnchor({ provider, model, anchor, answer: answer.parts, newMessages, estimated }) };
}

/** What the next request starts from: all that this one read and wrote. */
export function contextAfter(inputTokens: number, outputTokens: number, window: number | null): ContextUse {
  return { tokens: inputTokens + outputTokens, window };
}

/**
 * A count that is far below what the texts must come to is none to start from: some servers leave out what they had
 * cached, and say so nowhere.
 */
export function anchorAfter(
  { sent }: PlannedRequest,
  model: string,
  inputTokens: number,
  outputTokens: number,
): Omit<ContextAnchor, 'lastSeq'> | null {
  if (2 * inputTokens < sent.textTokens) return null;
  const { definition, firstSeq, messages } = sent;
  return { model, definition, inputTokens, outputTokens, firstSeq, messages: messages + 1 };
}
