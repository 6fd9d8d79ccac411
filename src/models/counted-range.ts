import type { TokenRange } from '../domain/context.ts';

/**
 * A request as its own server counted it, with the margin that is kept above: 2 % and 8 tokens. llama.cpp and vLLM bill
 * what they count; Anthropic calls its count an estimate that "may differ by a small amount":
 * https://platform.claude.com/docs/en/build-with-claude/token-counting
 *
 * @example
 * rangeOfCount(1000); // { tokens: 1000, upperBound: 1028 }
 */
export function rangeOfCount(count: number): TokenRange {
  return { tokens: count, upperBound: Math.ceil(count * 1.02) + 8 };
}

/**
 * Is what is thought of a request so near its bound that the server's own count would tell little more? Then asking for
 * one is not worth the wait.
 *
 * @example
 * isTight({ tokens: 20_000, upperBound: 20_700 }); // true: a long session's last count and a short message
 */
export function isTight({ tokens, upperBound }: TokenRange): boolean {
  return upperBound <= tokens * 1.05;
}
