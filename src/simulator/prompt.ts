import { countTokens } from './tokens.ts';

export type JsonRecord = Record<string, unknown>;

export const wireNames = ['responses', 'chat', 'anthropic', 'ollama'] as const;
export type WireName = (typeof wireNames)[number];

/** A stretch of the prompt in the order that the model reads it: what is counted and cached. */
export interface Segment {
  readonly text: string;
  readonly tokens: number;
  readonly audio?: true;
  /** Ends a stretch that Anthropic is asked to cache. */
  readonly breakpoint?: '5m' | '1h';
  /** Ends a message of a user or a tool, on OpenAI's wires. */
  readonly endsTurn?: true;
}

export interface Turn {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text: string;
  /** Of a tool's result: the tool that was called. */
  readonly tool?: string;
}

export interface OfferedTool {
  readonly name: string;
  readonly parameters: JsonRecord;
}

/** A request of any wire, as the simulated model sees it. */
export interface Prompt {
  readonly model: string;
  readonly stream: boolean;
  readonly segments: readonly Segment[];
  readonly turns: readonly Turn[];
  readonly tools: readonly OfferedTool[];
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly parallelTools: boolean;
  /** What the answer may count at most, reasoning included. */
  readonly maxOutputTokens: number;
  /** JSON Schema of the answer; an empty one for "any JSON object". */
  readonly schema: JsonRecord | null;
  /** The request asks to see the model's reasoning. */
  readonly thinks: boolean;
  readonly cacheKey: string;
  /** May OpenAI's newer models cache it? */
  readonly writesCache: boolean;
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordsOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The text as it is, anything else as JSON. */
export function textForm(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

export function textSegment(text: string, overhead = 0): Segment {
  return { text, tokens: countTokens(text) + overhead };
}

export function sumTokens(segments: readonly Segment[]): number {
  let sum = 0;
  for (const segment of segments) sum += segment.tokens;
  return sum;
}

/** The place of the last user message: what comes after it is the model's own work on it. */
export function lastUserAt(turns: readonly Turn[]): number {
  return turns.findLastIndex((turn) => turn.role === 'user');
}

export function questionOf(prompt: Prompt): string {
  return prompt.turns[lastUserAt(prompt.turns)]?.text ?? '';
}

/** Results of tools that came after the last user message. */
export function toolResultsOf(prompt: Prompt): Turn[] {
  return prompt.turns.slice(lastUserAt(prompt.turns) + 1).filter((turn) => turn.role === 'tool');
}
