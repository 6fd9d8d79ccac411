import type { ContextAnchor, TokenRange } from '../domain/context.ts';
import type { MediaPart, Part } from '../domain/messages.ts';
import { mediaTokens, textOfFile } from './media-tokens.ts';
import {
  add,
  asText,
  envelope,
  escapes,
  estimateOf,
  messageOverhead,
  overhead,
  plainReader,
  readerOf,
  textRange,
  toolPartOverhead,
  type Reader,
} from './message-tokens.ts';
import { rewrittenBound, textBound } from './text-bound.ts';

/** A message of the transcript, as it goes into a request. */
export interface CountedMessage {
  /** As stored: its media by reference. */
  readonly parts: readonly Part[];
  /** What `estimateMessage` said of these parts. */
  readonly tokens: number;
  /** As sent: its media loaded. */
  readonly sent: readonly Part[];
}

export interface CountedRange extends TokenRange {
  /** The part of `tokens` that is text: media is a guess, which no count can be judged by. */
  readonly textTokens: number;
}

function isMedia(part: Part): part is MediaPart {
  return part.type === 'image' || part.type === 'audio' || part.type === 'file';
}

function textsOf(part: Part): string {
  if (isMedia(part)) return '';
  if (part.type === 'text' || part.type === 'reasoning') return part.text;
  return part.type === 'tool-call' ? `${part.tool}\n${asText(part.input)}` : asText(part.output);
}

/** Each part's own rounding, and the seams around it. */
const mostPerPart = 5;

/**
 * As an estimate of the whole message, from the tokens that were counted when it was stored: nothing is tokenised again
 * but text files, which were not looked into then.
 */
export function storedRange({ parts, tokens, sent }: CountedMessage, reader: Reader): CountedRange {
  const texts = parts.filter((part) => !isMedia(part));
  const tools = texts.filter((part) => part.type === 'tool-call' || part.type === 'tool-result');
  const guessed = parts.filter(isMedia).reduce((sum, part) => sum + mediaTokens(part, plainReader.model).tokens, 0);
  const counted = Math.max(0, tokens - messageOverhead - guessed - tools.length * toolPartOverhead.tokens);
  const { family } = reader;
  const written = texts.map(textsOf).join('\n');
  const escaped = tools.reduce((sum, part) => sum + (isEscaped(part, reader) ? escapes(textsOf(part)) : 0), 0);
  const textTokens = estimateOf(written, counted, family);
  const bound = (tools.length === 0 ? textBound : rewrittenBound)(written, counted, family);
  const range = add(
    envelope(reader),
    overhead(textTokens, bound + texts.length * mostPerPart + escaped),
    ...tools.map(() => toolPartOverhead),
    ...sent.filter(isMedia).map((part) => mediaRange(part, reader)),
  );
  return { ...range, textTokens };
}

function isEscaped(part: Part, reader: Reader): boolean {
  return part.type === 'tool-call' || reader.family.template.rewrites;
}

function mediaRange(part: MediaPart, reader: Reader): TokenRange {
  const text = textOfFile(part);
  return text === null ? mediaTokens(part, reader.model) : textRange(text, reader);
}

export interface Anchored {
  readonly provider: string;
  /** The provider's own id of the model, the same that gave the count. */
  readonly model: string;
  readonly anchor: Pick<ContextAnchor, 'inputTokens' | 'outputTokens'>;
  /** The answer that was counted: the provider now reads what it wrote, in its template's form. */
  readonly answer: readonly Part[];
  readonly newMessages: readonly CountedMessage[];
  /**
   * Our own estimate of what the anchor counted, input and answer: what the tokeniser makes of this session's language
   * shows in how far it was off, and new messages are estimated with that.
   */
  readonly estimated?: number;
}

/** Tokens that a template may write only now: what it leaves out of a first message, or of a last one. */
const rewritten = 16;

/**
 * The whole request from the provider's last count on: only new messages are estimated. The 2 % are for what a template
 * writes differently the second time (a tool call's arguments set anew, a seam between texts).
 */
export function boundFromAnchor({ provider, model, anchor, answer, newMessages, estimated }: Anchored): TokenRange {
  const reader = readerOf(provider, model);
  const reported = anchor.inputTokens + anchor.outputTokens;
  const ratio = estimated === undefined || estimated === 0 ? 1 : reported / estimated;
  const calls = answer.filter((part) => part.type === 'tool-call');
  return add(
    overhead(reported, Math.ceil(reported * 1.02) + rewritten),
    overhead(0, envelope(reader).upperBound),
    ...calls.map((part) => overhead(0, toolPartOverhead.upperBound + escapes(textsOf(part)))),
    ...newMessages.map((message) => scaled(storedRange(message, reader), ratio)),
  );
}

/** The estimate alone: a bound is argued from the tokeniser, never from what was seen. */
function scaled({ tokens, upperBound }: TokenRange, ratio: number): TokenRange {
  const bounded = Math.min(Math.max(ratio, 0.5), 3);
  return { tokens: Math.min(upperBound, Math.round(tokens * bounded)), upperBound };
}
