import { z } from 'zod';
import { defineTool, type AnyTool } from '../config/tool.ts';
import { evaluate } from './arithmetic/evaluate.ts';

/**
 * Computes arithmetic expressions. Nothing is evaluated as code, and what would take for ever is refused.
 *
 * @example
 * defineAgent({ name: 'assistant', tools: [calculator] });
 */
export const calculator: AnyTool = defineTool({
  name: 'calculator',
  description:
    'Computes an arithmetic expression, such as "17 * 23", "(1 + 0.04)^12" or "round(sqrt(2), 3)". Whole numbers are exact. Operators: + - * / // (rounded down) % (remainder) ^ !. Functions: sqrt cbrt abs round(x, digits) floor ceil trunc min max exp ln log2 log10 sin cos tan asin acos atan (radians); constants pi e tau. 15 percent of 80 is "0.15 * 80".',
  inputSchema: z.object({ expression: z.string() }),
  idempotent: true,
  timeout: '5s',
  execute: ({ expression }) => evaluate(expression),
});
