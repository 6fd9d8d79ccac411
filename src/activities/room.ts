import type { ResolvedAgent } from '../config/index.ts';
import { roomForAnswer } from '../domain/context.ts';
import { excerptWithin, shareOut } from '../domain/excerpts.ts';
import { windowInForce } from '../domain/learnt-window.ts';
import type { Part } from '../domain/messages.ts';
import { splitModelRef } from '../domain/model.ts';
import { estimateMessage, readerOf, storedRange, type Reader } from '../models/index.ts';
import { recallSpec } from '../tools/recall.ts';
import type { ActivityDeps } from './deps.ts';
import { countFrame } from './frame.ts';

/** Tokens that may stand beside a message, as the model that reads it counts them at most. */
export interface Room {
  readonly tokens: number;
  readonly reader: Reader;
}

/** A model may read far more; what others said is not to crowd out what it is asked. */
const mostTokens = 32_000;

/**
 * What an agent's next request has room for beside its instructions, its tools and a message: no more than this share
 * of its window, so that the request fits with an answer.
 */
export async function roomBeside(
  { store, catalogue, mcp }: Pick<ActivityDeps, 'store' | 'catalogue' | 'mcp'>,
  { spec }: ResolvedAgent,
  message: readonly Part[],
  share: number,
): Promise<Room> {
  const { provider, model } = splitModelRef(spec.model);
  const reader = readerOf(provider, model);
  const facts = catalogue.facts(spec.model);
  const window = windowInForce(facts.contextWindow, await store.learntWindow(spec.model), Date.now());
  const limit = Math.min(window ?? Infinity, facts.maxInputTokens ?? Infinity);
  if (!Number.isFinite(limit)) return { tokens: mostTokens, reader };
  const listed = mcp.listing(spec.mcpServers ?? []).map((tool) => tool.spec);
  const { instructions, output } = spec;
  const frame = { model, instructions, output, tools: [...spec.tools, ...listed, recallSpec] };
  const answer = roomForAnswer({ window: limit, maxOutputTokens: spec.limits.maxOutputTokens });
  const taken = countFrame(frame, provider).range.upperBound + boundOf(message, reader) + answer;
  return { tokens: Math.max(0, Math.floor(Math.min(mostTokens, limit * share, limit - taken))), reader };
}

/** Tokens of a message's parts at most. */
export function boundOf(parts: readonly Part[], reader: Reader): number {
  return storedRange({ parts, sent: parts, tokens: estimateMessage(parts) }, reader).upperBound;
}

/** Tokens of a text at most. */
export function boundOfText(text: string, reader: Reader): number {
  return boundOf([{ type: 'text', text }], reader);
}

/** Cuts the longest of these texts until all together fit; those that are short stay whole. */
export function fitTexts(texts: readonly string[], { tokens, reader }: Room): readonly string[] {
  const shares = shareOut(
    texts.map((text) => boundOfText(text, reader)),
    tokens,
  );
  return texts.map((text, index) => fitText(text, { tokens: shares[index] ?? 0, reader }));
}

/** Seams and the line that tells what is missing. */
const cutBy = 0.9;

/** A text's beginning and end, within so many tokens; where there is room for nothing, that it is left out. */
export function fitText(text: string, { tokens, reader }: Room): string {
  let fitting = text;
  for (let chars = text.length; boundOfText(fitting, reader) > tokens;) {
    chars = Math.floor(chars * Math.min(cutBy, (tokens / boundOfText(fitting, reader)) * cutBy));
    if (chars < shortestCut) return `[${text.length} characters are left out]`;
    fitting = excerptWithin(text, chars);
  }
  return fitting;
}

const shortestCut = 40;
