import { compileOutput } from '../../config/index.ts';
import { LoadlineError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { OpenAiError } from './errors.ts';

/** What an answer has to be, as chat completions and Responses both say it. */
export interface AnswerFormat {
  readonly type: string;
  readonly schema?: unknown;
}

const anyObject: JsonObject = { type: 'object' };

/**
 * The JSON Schema that a format asks for; `null`: the agent's own holds.
 *
 * @throws OpenAiError 400
 */
export function outputSchema(format: AnswerFormat | null, param: string): JsonObject | null {
  if (format === null || format.type === 'text') return null;
  if (format.type === 'json_object') return anyObject;
  if (format.type !== 'json_schema') {
    throw new OpenAiError(400, `${param}.type must be text, json_object or json_schema`, { param: `${param}.type` });
  }
  try {
    return compileOutput(format.schema).output;
  } catch (error) {
    if (!(error instanceof LoadlineError)) throw error;
    throw new OpenAiError(400, error.message, { param: `${param}.schema` });
  }
}
