import type { MessageMetrics } from './metrics.ts';

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  /** Opaque to us; a provider that signs its reasoning wants it back unchanged with the tool results. */
  readonly providerData?: unknown;
}

/**
 * An image, audio clip or file: by `url`, inline as base64 `data`, or by `storedAs`, the id of a blob in the store
 * (inline data is moved there before a message is sent, so that it never travels through workflow history).
 */
export interface MediaPart {
  readonly type: 'image' | 'audio' | 'file';
  readonly url?: string;
  readonly data?: string;
  readonly storedAs?: string;
  /** IANA media type, e.g. `image/png`. */
  readonly mediaType: string;
}

export interface ToolCallPart {
  readonly type: 'tool-call';
  /** Ours, the same in results, approvals and events: `t` and eight of `[0-9a-z]`, which every provider takes as it is. */
  readonly callId: string;
  readonly tool: string;
  /** The parsed arguments; the raw text where it was no valid JSON. */
  readonly input: unknown;
  readonly providerData?: unknown;
}

export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly callId: string;
  readonly tool: string;
  /** Text or JSON; an excerpt when the whole is kept under `storedAs`. */
  readonly output: unknown;
  readonly isError: boolean;
  readonly storedAs?: string;
}

export type UserPart = TextPart | MediaPart;
export type Part = TextPart | ReasoningPart | MediaPart | ToolCallPart | ToolResultPart;
export type Role = 'user' | 'assistant' | 'tool';

/** One stored item of the transcript. */
export interface Message {
  readonly id: string;
  readonly runId: string;
  readonly role: Role;
  /** Who says it. With the role `user`: no person sent it; it belongs to the work of this agent, such as what is wrong with its answer. */
  readonly agent?: string;
  readonly parts: readonly Part[];
  /** ISO 8601. */
  readonly createdAt: string;
  readonly metrics?: MessageMetrics;
}

/** The texts of a message's parts of one kind, joined as they are. */
export function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

export function toolCallsOf(parts: readonly Part[]): ToolCallPart[] {
  return parts.filter((part) => part.type === 'tool-call');
}
