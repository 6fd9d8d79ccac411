import { textOf, toolCallsOf, type Message, type ToolResultPart } from '../../../domain/messages.ts';
import type { WaitingFor } from '../../../domain/run.ts';
import { callOf, saidInRun } from '../../answer/replay.ts';

/** Tools run on the server: to OpenAI's clients they are those of a server that is called for them. */
const serverLabel = 'loadline';

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

export interface OutputText {
  readonly type: 'output_text';
  readonly text: string;
  readonly annotations: readonly [];
  readonly logprobs: readonly [];
}

export function outputText(text: string): OutputText {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

export function messageItem(id: string, status: ItemStatus, text: string | null, isRefusal = false) {
  const content = text === null ? [] : [isRefusal ? { type: 'refusal' as const, refusal: text } : outputText(text)];
  return { type: 'message' as const, id: `msg_${id}`, status, role: 'assistant' as const, content };
}

export function reasoningItem(id: string, status: ItemStatus, text: string | null) {
  const summary = text === null ? [] : [{ type: 'summary_text' as const, text }];
  return { type: 'reasoning' as const, id: `rs_${id}`, summary, status };
}

export interface ToolCall {
  readonly callId: string;
  readonly tool: string;
  readonly input: unknown;
}

export interface ToolEnd {
  readonly output: unknown;
  readonly isError: boolean;
}

/** @param end `null`: it runs */
export function toolItem({ callId, tool, input }: ToolCall, end: ToolEnd | null) {
  const words = end === null ? null : wordsOf(end.output);
  return {
    type: 'mcp_call' as const,
    id: `mcp_${callId}`,
    server_label: serverLabel,
    name: tool,
    arguments: wordsOf(input),
    output: end?.isError === false ? words : null,
    error: end?.isError === true ? words : null,
    status: end === null ? ('in_progress' as const) : end.isError ? ('failed' as const) : ('completed' as const),
  };
}

/** A tool call that waits for somebody's word: answered by an `mcp_approval_response` with the item's id. */
export function approvalItem({ callId = '', tool = '', input }: WaitingFor) {
  return {
    type: 'mcp_approval_request' as const,
    id: `mcpr_${callId}`,
    server_label: serverLabel,
    name: tool,
    arguments: wordsOf(input),
  };
}

/** The tool call that an approval request is about. */
export function callOfApproval(id: string): string {
  return id.replace(/^mcpr_/, '');
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

export type OutputItem =
  | ReturnType<typeof messageItem>
  | ReturnType<typeof reasoningItem>
  | ReturnType<typeof toolItem>
  | ReturnType<typeof approvalItem>;

/**
 * What a run's messages are to clients of OpenAI: texts, thoughts, and each tool call where its result is there.
 *
 * @param skipped so many of its messages are left out
 */
export function outputItems(run: readonly Message[], skipped = 0, isRefusal = false): readonly OutputItem[] {
  return saidInRun(run.slice(skipped)).flatMap((message) => itemsOf(message, run, isRefusal));
}

/** What one message of a run brings. */
export function itemsOf(message: Message, run: readonly Message[], isRefusal = false): readonly OutputItem[] {
  const id = callOf(message);
  if (id === null) {
    return message.parts.flatMap((part) => (part.type === 'tool-result' ? [toolItem(callIn(run, part), part)] : []));
  }
  const reasoning = message.parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
  const text = textOf(message.parts);
  return [
    ...(reasoning === '' ? [] : [reasoningItem(id, 'completed', reasoning)]),
    ...(text === '' ? [] : [messageItem(id, 'completed', text, isRefusal)]),
  ];
}

function callIn(run: readonly Message[], { callId, tool }: ToolResultPart): ToolCall {
  const call = run.flatMap(({ parts }) => toolCallsOf(parts)).find((one) => one.callId === callId);
  return { callId, tool, input: call?.input ?? {} };
}
