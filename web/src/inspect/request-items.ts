import type { RequestItem, RequestView } from '../../../src/client/inspect-api.ts';
import type { PlanReport } from '../../../src/domain/context.ts';
import type { Part } from '../../../src/domain/messages.ts';

/** A stretch of the window: what it is filled with, in the order in which a request is read. */
export interface WindowShare {
  readonly name: 'instructions' | 'tools' | 'summary' | 'history' | 'message' | 'answer' | 'free';
  readonly tokens: number;
}

/** How a plan fills its window; without a known one, nothing of it is free. */
export function windowShares(plan: PlanReport): readonly WindowShare[] {
  const filled = [
    { name: 'instructions', tokens: plan.instructionTokens },
    { name: 'tools', tokens: plan.toolTokens },
    { name: 'summary', tokens: plan.summaryTokens },
    { name: 'history', tokens: plan.historyTokens },
    { name: 'message', tokens: plan.messageTokens },
    { name: 'answer', tokens: plan.answerTokens },
  ] as const satisfies readonly WindowShare[];
  const used = filled.reduce((all, { tokens }) => all + tokens, 0);
  const free = plan.window === null ? 0 : Math.max(0, plan.window - used);
  return [...filled.filter(({ tokens }) => tokens > 0), ...(free > 0 ? [{ name: 'free', tokens: free } as const] : [])];
}

/** How far an estimate is off: 0.02 is two percent too many; `null`: nobody counted. */
export function estimateError(estimated: number, counted: number | null): number | null {
  return counted === null || counted === 0 ? null : estimated / counted - 1;
}

export type ItemFilter = 'all' | RequestItem['change'];

export function countChanges(items: readonly RequestItem[]): Readonly<Record<ItemFilter, number>> {
  const of = (change: RequestItem['change']): number => items.filter((item) => item.change === change).length;
  const removed = of('removed');
  return { all: items.length - removed, same: of('same'), added: of('added'), removed };
}

/** What was sent; what is no longer sent shows only where it is asked for. */
export function filterItems(items: RequestView['items'], filter: ItemFilter): readonly RequestItem[] {
  return items.filter(({ change }) => (filter === 'all' ? change !== 'removed' : change === filter));
}

/** One part of an item as text, with what it is. */
export interface ItemText {
  readonly kind: 'text' | 'reasoning' | 'call' | 'result' | 'error' | 'media';
  /** The tool, or the type of the media. */
  readonly name: string | null;
  readonly text: string;
}

export function textsOf(item: RequestItem): readonly ItemText[] {
  if (item.text !== undefined) return [{ kind: 'text', name: null, text: item.text }];
  return (item.parts ?? []).map(textOfPart);
}

function textOfPart(part: Part): ItemText {
  switch (part.type) {
    case 'text':
      return { kind: 'text', name: null, text: part.text };
    case 'reasoning':
      return { kind: 'reasoning', name: null, text: part.text };
    case 'tool-call':
      return { kind: 'call', name: part.tool, text: asText(part.input) };
    case 'tool-result':
      return { kind: part.isError ? 'error' : 'result', name: part.tool, text: asText(part.output) };
    case 'image':
    case 'audio':
    case 'file':
      return { kind: 'media', name: part.mediaType, text: part.url ?? part.storedAs ?? '' };
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
}
