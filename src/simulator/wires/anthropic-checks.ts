import { halfCharacterAt } from '../half-characters.ts';
import { isRecord, recordsOf, stringOf } from '../prompt.ts';
import type { JsonRecord } from '../prompt.ts';
import { Refusal } from '../refusal.ts';

export function invalid(message: string): Refusal {
  return new Refusal(400, message, { type: 'invalid_request_error' });
}

const kinds: Readonly<Record<string, readonly [type: string, words: string]>> = {
  max_tokens: ['number', 'Input should be a valid integer'],
  messages: ['array', 'Input should be a valid list'],
  model: ['string', 'Input should be a valid string'],
  cache_control: ['object', 'Input should be an object'],
  container: ['any', ''],
  context_management: ['object', 'Input should be an object'],
  diagnostics: ['object', 'Input should be an object'],
  inference_geo: ['string', 'Input should be a valid string'],
  mcp_servers: ['array', 'Input should be a valid list'],
  metadata: ['object', 'Input should be an object'],
  output_config: ['object', 'Input should be an object'],
  output_format: ['object', 'Input should be an object'],
  service_tier: ['string', 'Input should be a valid string'],
  speed: ['string', 'Input should be a valid string'],
  stop_sequences: ['array', 'Input should be a valid list'],
  stream: ['boolean', 'Input should be a valid boolean'],
  system: ['any', ''],
  temperature: ['number', 'Input should be a valid number'],
  thinking: ['object', 'Input should be an object'],
  tool_choice: ['object', 'Input should be an object'],
  tools: ['array', 'Input should be a valid list'],
  top_k: ['number', 'Input should be a valid integer'],
  top_p: ['number', 'Input should be a valid number'],
  user_profile_id: ['string', 'Input should be a valid string'],
  workspace_id: ['string', 'Input should be a valid string'],
};

export function checkFields(body: JsonRecord): void {
  for (const required of ['model', 'max_tokens', 'messages']) {
    if (body[required] === undefined) throw invalid(`${required}: Field required`);
  }
  for (const [name, value] of Object.entries(body)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) throw invalid(`${name}: Extra inputs are not permitted`);
    const [type, words] = kind;
    const given = Array.isArray(value) ? 'array' : typeof value;
    if (value !== null && type !== 'any' && given !== type) throw invalid(`${name}: ${words}`);
  }
  if (Number(body.max_tokens) < 1) throw invalid('max_tokens: Input should be greater than or equal to 1');
}

function checkContent(content: unknown, at: number): void {
  if (typeof content !== 'string' && !Array.isArray(content)) {
    throw invalid(
      `messages.${at}.content: ${content === undefined ? 'Field required' : 'Input should be a valid list'}`,
    );
  }
  if (content.length === 0) {
    throw invalid(
      `messages.${at}: all messages must have non-empty content except for the optional final assistant message`,
    );
  }
  for (const [block, { type, cache_control: control }] of recordsOf(content).entries()) {
    if ((type !== 'thinking' && type !== 'redacted_thinking') || control === undefined) continue;
    throw invalid(`messages.${at}.content.${block}.${type}.cache_control: Extra inputs are not permitted`);
  }
  const texts = recordsOf(content).filter(({ type }) => type === 'text');
  if (texts.some(({ text }) => text === '')) throw invalid('messages: text content blocks must be non-empty');
  const isBlank = (text: unknown): boolean => typeof text === 'string' && text.trim() === '';
  if ((content !== '' && isBlank(content)) || texts.some(({ text }) => isBlank(text))) {
    throw invalid('messages: text content blocks must contain non-whitespace text');
  }
}

function checkMessage(message: unknown, at: number): JsonRecord {
  if (!isRecord(message)) throw invalid(`messages.${at}: Input should be an object`);
  if (message.role === undefined) throw invalid(`messages.${at}.role: Field required`);
  if (message.role === 'system') {
    throw invalid(
      'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
    );
  }
  if (message.role !== 'user' && message.role !== 'assistant') {
    throw invalid(`messages.${at}.role: Input should be 'user' or 'assistant'`);
  }
  checkContent(message.content, at);
  return message;
}

export function checkMessages(given: unknown): JsonRecord[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  if (list.length === 0) throw invalid('messages: at least one message is required');
  const messages = list.map(checkMessage);
  if (messages[0]?.role !== 'user') throw invalid('messages: first message must use the "user" role');
  return messages;
}

/** Models since Claude 4.6 continue no answer that was begun for them. */
export function checkEnd(messages: readonly JsonRecord[]): void {
  if (messages.at(-1)?.role === 'user') return;
  throw invalid(
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  );
}

/** A call is answered at the very beginning of the next message, all calls of a message together, each once. */
export function checkToolPairs(messages: readonly JsonRecord[]): void {
  let open: string[] = [];
  for (const [at, { content }] of [...messages, { content: [] }].entries()) {
    const blocks = recordsOf(content);
    const others = blocks.findIndex(({ type }) => type !== 'tool_result');
    const results = others < 0 ? blocks : blocks.slice(0, others);
    for (const [block, { tool_use_id: id }] of results.entries()) {
      if (open.includes(stringOf(id))) continue;
      throw invalid(
        `messages.${at}.content.${block}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stringOf(id)}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
    const given = new Set(results.map(({ tool_use_id: id }) => stringOf(id)));
    if (given.size < results.length) {
      const ids = results.map(({ tool_use_id: id }) => stringOf(id));
      const block = ids.findIndex((id, index) => ids.indexOf(id) < index);
      throw invalid(
        `messages.${at}.content.${block}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${ids[block] ?? ''}`,
      );
    }
    const left = open.filter((id) => !given.has(id));
    if (left.length > 0) {
      throw invalid(
        `messages.${at - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${left.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
    open = blocks.flatMap(({ type, id }) => (type === 'tool_use' ? [stringOf(id)] : []));
  }
}

export function checkBreakpoints(lifetimes: readonly ('5m' | '1h')[]): void {
  if (lifetimes.length > 4) {
    throw invalid(`A maximum of 4 blocks with cache_control may be provided. Found ${lifetimes.length}.`);
  }
  const short = lifetimes.indexOf('5m');
  if (short >= 0 && lifetimes.includes('1h', short)) {
    throw invalid(
      "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
    );
  }
}

/** Half a surrogate pair is no JSON to Anthropic's parser. */
export function checkCharacters(body: JsonRecord): void {
  const at = halfCharacterAt(body);
  if (at < 0) return;
  throw invalid(`The request body is not valid JSON: no low surrogate in string: line 1 column ${at + 1} (char ${at})`);
}

/** The prompt alone, then prompt and answer together, against the window. */
export function checkLength(tokens: number, maxTokens: number, window: number): void {
  if (tokens > window) throw invalid(`prompt is too long: ${tokens} tokens > ${window} maximum`);
  if (tokens + maxTokens <= window) return;
  throw invalid(
    `input length and \`max_tokens\` exceed context limit: ${tokens} + ${maxTokens} > ${window}, decrease input length or \`max_tokens\` and try again`,
  );
}
