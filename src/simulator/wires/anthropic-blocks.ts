import { imageTypeOf, isPaddedBase64, isPdf } from '../media.ts';
import { isRecord, recordsOf, stringOf } from '../prompt.ts';
import type { JsonRecord } from '../prompt.ts';
import { invalid } from './anthropic-checks.ts';

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const toolName = /^[a-zA-Z0-9_-]{1,128}$/;

/** Which blocks stand in messages of which role. */
const rolesOf: Readonly<Record<string, readonly string[]>> = {
  text: ['user', 'assistant'],
  thinking: ['assistant'],
  redacted_thinking: ['assistant'],
  tool_use: ['assistant'],
  tool_result: ['user'],
  image: ['user'],
  document: ['user'],
};

/** What a simulated model signs its thinking with. */
export function signatureOf(thinking: string): string {
  return Buffer.from(`simulated:${thinking}`).toString('base64');
}

function checkImage(source: JsonRecord, place: string): void {
  if (source.type !== 'base64') return;
  const { media_type: type, data } = source;
  if (!imageTypes.includes(stringOf(type))) {
    const list = "'image/jpeg', 'image/png', 'image/gif' or 'image/webp'";
    throw invalid(`${place}.image.source.base64.media_type: Input should be ${list}`);
  }
  if (!isPaddedBase64(stringOf(data))) throw invalid(`${place}.image.source.base64: invalid base64 data`);
  const found = imageTypeOf(stringOf(data));
  if (found === null) throw invalid('Could not process image');
  if (found === type) return;
  throw invalid(
    `${place}.image.source.base64: The image was specified using the ${stringOf(type)} media type, but the image appears to be a ${found} image`,
  );
}

function checkDocument(source: JsonRecord, place: string): void {
  if (source.type !== 'base64') return;
  if (source.media_type !== 'application/pdf') {
    throw invalid(`${place}.document.source.base64.media_type: Input should be 'application/pdf'`);
  }
  if (!isPdf(stringOf(source.data))) throw invalid(`${place}.pdf: The PDF specified was not valid.`);
}

function checkBlock(block: JsonRecord, role: string, place: string): void {
  const type = stringOf(block.type);
  const roles = Object.hasOwn(rolesOf, type) ? rolesOf[type] : undefined;
  if (roles === undefined) {
    const tags = Object.keys(rolesOf).map((name) => `'${name}'`);
    throw invalid(
      `${place}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${tags.join(', ')}`,
    );
  }
  if (!roles.includes(role)) {
    throw invalid(`${place}: \`${type}\` blocks can only be in \`${roles.join('` or `')}\` messages`);
  }
  const source = isRecord(block.source) ? block.source : {};
  if (type === 'image') checkImage(source, place);
  if (type === 'document') checkDocument(source, place);
  if (type === 'thinking' && block.signature !== signatureOf(stringOf(block.thinking))) {
    throw invalid(`${place}: Invalid \`signature\` in \`thinking\` block`);
  }
  if (type !== 'tool_use') return;
  if (!toolName.test(stringOf(block.name))) {
    throw invalid(`${place}.tool_use.name: String should match pattern '${toolName.source}'`);
  }
  if (!/^[a-zA-Z0-9_-]+$/.test(stringOf(block.id))) {
    throw invalid(`${place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
  }
  if (!isRecord(block.input)) throw invalid(`${place}.tool_use.input: Input should be a valid dictionary`);
}

/** The blocks of every message by themselves: of a kind that its role has, and valid. */
export function checkBlocks(messages: readonly JsonRecord[]): void {
  const used = new Set<string>();
  for (const [at, { role, content }] of messages.entries()) {
    const blocks = recordsOf(content);
    for (const [index, block] of blocks.entries()) {
      const place = `messages.${at}.content.${index}`;
      checkBlock(block, stringOf(role), place);
      if (block.type !== 'tool_use') continue;
      if (used.has(stringOf(block.id))) throw invalid(`${place}: \`tool_use\` ids must be unique`);
      used.add(stringOf(block.id));
    }
    const last = stringOf(blocks.at(-1)?.type);
    if (last === 'thinking' || last === 'redacted_thinking') {
      throw invalid(`messages.${at}: The final block in an assistant message cannot be \`${last}\`.`);
    }
  }
}

/** While tools run, thinking that was asked for has to come back. */
export function checkThinking(messages: readonly JsonRecord[], thinking: unknown): void {
  if (!isRecord(thinking) || thinking.type !== 'enabled') return;
  const isResult = recordsOf(messages.at(-1)?.content)[0]?.type === 'tool_result';
  const at = messages.length - 2;
  const found = stringOf(recordsOf(messages[at]?.content)[0]?.type);
  if (!isResult || found.endsWith('thinking')) return;
  throw invalid(
    `messages.${at}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${found}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`.`,
  );
}

export function checkTools(tools: readonly JsonRecord[]): void {
  for (const [at, { name, input_schema: schema }] of tools.entries()) {
    if (!toolName.test(stringOf(name))) {
      throw invalid(`tools.${at}.custom.name: String should match pattern '${toolName.source}'`);
    }
    if (!isRecord(schema)) throw invalid(`tools.${at}.custom.input_schema: Field required`);
    if (schema.type === undefined) throw invalid(`tools.${at}.custom.input_schema.type: Field required`);
    if (schema.type !== 'object') throw invalid(`tools.${at}.custom.input_schema.type: Input should be 'object'`);
  }
  if (new Set(tools.map(({ name }) => name)).size < tools.length) throw invalid('tools: Tool names must be unique.');
}
