import { createHash } from 'node:crypto';
import type { TokenRange } from '../domain/context.ts';
import { estimateFrame, type RequestFrame } from '../models/index.ts';

export interface CountedFrame {
  readonly range: TokenRange;
  /** Estimated tokens of the instructions alone, with what a request has anyway. */
  readonly instructionTokens: number;
  /** Without the schema of the answer, which is a grammar to many servers and no part of what the model reads. */
  readonly surelyRead: number;
  /** Hash of the instructions, the tools and the schema of the answer. */
  readonly definition: string;
}

/** Agents are few; their definitions are tokenised once for each model. */
const mostRemembered = 256;
const remembered = new Map<string, CountedFrame>();

/** What stands beside the messages in every request of an agent: its tokens, and what tells it from another. */
export function countFrame(frame: RequestFrame, provider: string): CountedFrame {
  const { instructions, tools, output } = frame;
  const definition = createHash('sha256')
    .update(JSON.stringify([instructions, tools, output]))
    .digest('base64url')
    .slice(0, 22);
  const key = `${provider}/${frame.model} ${definition}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const bare = estimateFrame({ ...frame, tools: [], output: null }, { provider });
  const counted = {
    range: estimateFrame(frame, { provider }),
    instructionTokens: bare.tokens,
    surelyRead: estimateFrame({ ...frame, output: null }, { provider }).tokens,
    definition,
  };
  remembered.set(key, counted);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= mostRemembered) break;
    remembered.delete(oldest);
  }
  return counted;
}
