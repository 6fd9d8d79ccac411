import { audioTokens, fileTokens, openaiImageTokens } from '../media.ts';
import { isCachedByTurns } from '../implicit-cache.ts';
import { isRecord, recordsOf, stringOf, textForm, textSegment } from '../prompt.ts';
import type { JsonRecord, OfferedTool, Prompt, Segment } from '../prompt.ts';
import { Refusal } from '../refusal.ts';
import type { Billed } from '../tally.ts';
import type { Headers } from './wire.ts';

/** What both of OpenAI's wires share: their errors, the checks of top-level fields, content parts, tools. */

type Kind = 'string' | 'boolean' | 'integer' | 'decimal' | 'array' | 'object' | 'any';
export type Fields = Readonly<Record<string, Kind>>;

const article: Readonly<Record<Kind, string>> = {
  string: 'a string',
  boolean: 'a boolean',
  integer: 'an integer',
  decimal: 'a decimal',
  array: 'an array',
  object: 'an object',
  any: 'anything',
};

function kindOf(value: unknown): Kind | 'null' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'decimal';
  return typeof value === 'string' || typeof value === 'boolean' ? (typeof value as Kind) : 'object';
}

export function invalid(message: string, param: string | null, code: string | null = null): Refusal {
  return new Refusal(400, message, { type: 'invalid_request_error', param, code });
}

export function missing(name: string): Refusal {
  return invalid(`Missing required parameter: '${name}'.`, name, 'missing_required_parameter');
}

export function wrongType(name: string, expected: string, value: unknown): Refusal {
  const kind = kindOf(value);
  const got = kind === 'null' ? 'null' : article[kind];
  return invalid(`Invalid type for '${name}': expected ${expected}, but got ${got} instead.`, name, 'invalid_type');
}

export function wrongValue(name: string, value: unknown, allowed: readonly string[]): Refusal {
  const [last, ...rest] = allowed.map((one) => `'${one}'`).reverse();
  const list = [...rest.reverse(), `and ${last}`].join(rest.length > 1 ? ', ' : ' ');
  return invalid(`Invalid value: '${String(value)}'. Supported values are: ${list}.`, name, 'invalid_value');
}

/** Refuses fields that the wire does not have and values of the wrong type. */
export function checkFields(body: JsonRecord, fields: Fields): void {
  for (const [name, value] of Object.entries(body)) {
    const kind = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (kind === undefined) throw invalid(`Unknown parameter: '${name}'.`, name, 'unknown_parameter');
    const given = kindOf(value);
    const fits = kind === 'any' || given === 'null' || given === kind || (kind === 'decimal' && given === 'integer');
    if (!fits) throw wrongType(name, article[kind], value);
  }
}

export function checkKey(headers: Headers): void {
  if (headers.authorization !== 'Bearer invalid') return;
  throw new Refusal(
    401,
    'Incorrect API key provided: invalid. You can find your API key at https://platform.openai.com/account/api-keys.',
    { type: 'invalid_request_error', code: 'invalid_api_key' },
  );
}

export function checkAtLeast(body: JsonRecord, name: string, least: number): number | null {
  const value = body[name];
  if (typeof value !== 'number') return null;
  if (value >= least) return value;
  const message = `Invalid '${name}': integer below minimum value. Expected a value >= ${least}, but got ${value} instead.`;
  throw invalid(message, name, 'integer_below_min_value');
}

const byStatus: Readonly<Record<number, readonly [message: string, type: string, code: string | null]>> = {
  400: ['Invalid request.', 'invalid_request_error', null],
  401: ['Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'],
  403: ['You are not allowed to use this model.', 'invalid_request_error', 'unsupported_country_region_territory'],
  404: ['The model does not exist or you do not have access to it.', 'invalid_request_error', 'model_not_found'],
  408: ['Request timed out.', 'timeout', null],
  429: ['Rate limit reached. Please try again later.', 'requests', 'rate_limit_exceeded'],
  500: ['The server had an error while processing your request. Sorry about that!', 'server_error', null],
  503: ['The engine is currently overloaded, please try again later.', 'service_unavailable_error', null],
};

export function failure(status: number, message: string | undefined, code: string | undefined): Refusal {
  const [usual, type, usualCode] = byStatus[status] ?? [`Status ${status}.`, 'server_error', null];
  return new Refusal(status, message ?? usual, { type, code: code ?? usualCode });
}

export function unreadable(): Refusal {
  return invalid(
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
    null,
  );
}

export function errorBody({ message, type, param, code }: Refusal): JsonRecord {
  return { error: { message, type, param, code } };
}

/** Image, audio and file parts of either wire; `null` for a text part. */
export function mediaSegment(part: JsonRecord): Segment | null {
  const type = stringOf(part.type);
  if (type === 'image_url' || type === 'input_image') {
    const image = isRecord(part.image_url) ? part.image_url : { url: part.image_url, detail: part.detail };
    return { text: `image ${stringOf(image.url) || stringOf(part.file_id)}`, tokens: openaiImageTokens(image.detail) };
  }
  if (type === 'input_audio' && isRecord(part.input_audio)) {
    const { data, format } = part.input_audio;
    return { text: 'audio', tokens: audioTokens(stringOf(data), format), audio: true };
  }
  if (type === 'file' || type === 'input_file') {
    const file = isRecord(part.file) ? part.file : part;
    return { text: `file ${textForm(file)}`, tokens: fileTokens(file.file_data) };
  }
  return null;
}

/** The newest segment of a user's or a tool's message ends a turn. */
export function endTurn(segments: readonly Segment[]): Segment[] {
  return segments.map((segment, at) => (at === segments.length - 1 ? { ...segment, endsTurn: true } : segment));
}

export function writesCache({ prompt_cache_options: options }: JsonRecord): boolean {
  return !(isRecord(options) && options.mode === 'explicit');
}

/** Each generation of models refuses the settings of the other one. */
export function checkCaching(body: JsonRecord): void {
  const refused = isCachedByTurns(stringOf(body.model)) ? 'prompt_cache_retention' : 'prompt_cache_options';
  if (body[refused] === undefined || body[refused] === null) return;
  throw invalid(`${refused} is not supported on this model`, refused, 'invalid_parameter');
}

/** Tools in the form of `{ type: 'function', name, parameters }`. */
export function offered(functions: readonly JsonRecord[]): OfferedTool[] {
  return functions.map(({ name, parameters }) => ({
    name: stringOf(name),
    parameters: isRecord(parameters) ? parameters : {},
  }));
}

export function toolSegments(tools: unknown, schema: unknown): Segment[] {
  const segments = recordsOf(tools).map((tool) => textSegment(JSON.stringify(tool), 8));
  return isRecord(schema) ? [...segments, textSegment(JSON.stringify(schema), 8)] : segments;
}

export function toolChoiceOf(choice: unknown): Prompt['toolChoice'] {
  if (choice === 'none' || choice === 'required') return choice;
  if (!isRecord(choice)) return 'auto';
  const name = stringOf(isRecord(choice.function) ? choice.function.name : choice.name);
  return name === '' ? 'auto' : { name };
}

export function inputTokens({ input, cacheRead, cacheWrite5m, cacheWrite1h, audioInput }: Billed): number {
  return input + cacheRead + cacheWrite5m + cacheWrite1h + audioInput;
}

export function outputTokens({ output, reasoning, audioOutput }: Billed): number {
  return output + reasoning + audioOutput;
}
