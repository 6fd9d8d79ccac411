import { countTokens } from './tokens.ts';

export type Block =
  | { readonly kind: 'text' | 'refusal'; readonly text: string }
  /** `tokens`: what is billed for it, often more than is shown. */
  | { readonly kind: 'reasoning'; readonly text: string; readonly tokens: number }
  /** `text`: the arguments as they are sent, normally JSON. */
  | { readonly kind: 'tool'; readonly text: string; readonly name: string; readonly callId: string };

export type Finish = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal';

export interface Reply {
  readonly blocks: readonly Block[];
  readonly finish: Finish;
}

/** A piece of an answer as it is streamed. */
export interface Step {
  readonly block: number;
  readonly delta: string;
}

/** Words with the space before them; long unbroken text in pieces of twelve characters. */
const pieces = /\s*\S{1,12}|\s+/gu;

/** The reply in the pieces in which it is written: at least one for each block. */
export function stepsOf(reply: Reply): Step[] {
  return reply.blocks.flatMap(({ text }, block) => (text.match(pieces) ?? ['']).map((delta) => ({ block, delta })));
}

export interface Written {
  readonly output: number;
  readonly reasoning: number;
}

function tokensOf(block: Block, share: number, text: string): number {
  if (block.kind === 'reasoning') return Math.floor(block.tokens * share);
  return countTokens(text) + (block.kind === 'tool' ? countTokens(block.name) : 0);
}

/** Tokens of what has been written after `count` of the reply's steps. */
export function countWritten(reply: Reply, steps: readonly Step[], count: number): Written {
  const texts: string[] = [];
  for (const { block, delta } of steps.slice(0, count)) texts[block] = (texts[block] ?? '') + delta;
  const written = { output: 0, reasoning: 0 };
  for (const [at, text] of texts.entries()) {
    const block = reply.blocks[at];
    if (block === undefined) continue;
    const share = block.text === '' ? 1 : text.length / block.text.length;
    written[block.kind === 'reasoning' ? 'reasoning' : 'output'] += tokensOf(block, share, text);
  }
  return written;
}
