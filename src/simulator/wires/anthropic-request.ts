import { anthropicImageTokens, fileTokens } from '../media.ts';
import { isRecord, recordsOf, stringOf, sumTokens, textForm, textSegment } from '../prompt.ts';
import type { JsonRecord, Prompt, Segment, Turn } from '../prompt.ts';
import { Refusal } from '../refusal.ts';
import { checkBlocks, checkThinking, checkTools } from './anthropic-blocks.ts';
import * as check from './anthropic-checks.ts';
import type { CountRoute, Wire } from './wire.ts';

const perMessage = 3;

function breakpointOf({ cache_control: control }: JsonRecord): '5m' | '1h' | undefined {
  if (!isRecord(control)) return undefined;
  return control.ttl === '1h' ? '1h' : '5m';
}

function marked(segment: Segment, block: JsonRecord): Segment {
  const breakpoint = breakpointOf(block);
  return breakpoint === undefined ? segment : { ...segment, breakpoint };
}

function textOfResult(content: unknown): string {
  return Array.isArray(content)
    ? recordsOf(content)
        .map(({ text }) => stringOf(text))
        .join('\n')
    : textForm(content);
}

function blockSegment(block: JsonRecord): Segment {
  switch (block.type) {
    case 'text':
      return textSegment(stringOf(block.text));
    case 'thinking':
      return textSegment(stringOf(block.thinking));
    case 'tool_use':
      return textSegment(`${stringOf(block.name)} ${JSON.stringify(block.input ?? {})}`, 4);
    case 'tool_result':
      return textSegment(textOfResult(block.content), 4);
    case 'image':
      return { text: `image ${textForm(block.source)}`, tokens: anthropicImageTokens };
    case 'document':
      if (isRecord(block.source) && block.source.type === 'text') return textSegment(stringOf(block.source.data), 4);
      return {
        text: `file ${textForm(block.source)}`,
        tokens: fileTokens(isRecord(block.source) ? block.source.data : undefined),
      };
    default:
      return textSegment(JSON.stringify(block));
  }
}

function messageSegments({ role, content }: JsonRecord): Segment[] {
  if (!Array.isArray(content)) {
    const text = stringOf(content);
    return [{ text: `${stringOf(role)}\n${text}`, tokens: textSegment(text).tokens + perMessage }];
  }
  const [first, ...more] = recordsOf(content).map((block) => marked(blockSegment(block), block));
  const head = { text: `${stringOf(role)}\n${first?.text ?? ''}`, tokens: perMessage + (first?.tokens ?? 0) };
  // A segment for each block: the cache counts them when it looks back.
  return [{ ...first, ...head }, ...more];
}

function systemSegments(system: unknown): Segment[] {
  if (typeof system === 'string') return system === '' ? [] : [textSegment(system)];
  return recordsOf(system).map((block) => {
    if (block.text === '') throw check.invalid('system: text content blocks must be non-empty');
    return marked(textSegment(stringOf(block.text)), block);
  });
}

function turnsOf(messages: readonly JsonRecord[], system: unknown): Turn[] {
  const instructions = typeof system === 'string' ? system : textOfResult(system ?? '');
  const toolNames = new Map<string, string>();
  const turns = messages.flatMap(({ role, content }): Turn[] => {
    const blocks = recordsOf(content);
    for (const { type, id, name } of blocks) if (type === 'tool_use') toolNames.set(stringOf(id), stringOf(name));
    const results = blocks.flatMap((block): Turn[] => {
      if (block.type !== 'tool_result') return [];
      const tool = toolNames.get(stringOf(block.tool_use_id));
      return [{ role: 'tool', text: textOfResult(block.content), ...(tool === undefined ? {} : { tool }) }];
    });
    const said = Array.isArray(content) ? blocks.map(({ text }) => stringOf(text)).join('') : stringOf(content);
    if (said === '' && results.length > 0) return results;
    return [...results, { role: role === 'user' ? 'user' : 'assistant', text: said }];
  });
  return instructions === '' ? turns : [{ role: 'system', text: instructions }, ...turns];
}

function schemaOf(body: JsonRecord): JsonRecord | null {
  const format = isRecord(body.output_config) ? (body.output_config.format ?? body.output_format) : body.output_format;
  return isRecord(format) && isRecord(format.schema) ? format.schema : null;
}

function toolChoiceOf(choice: unknown): Prompt['toolChoice'] {
  if (!isRecord(choice)) return 'auto';
  if (choice.type === 'tool') return { name: stringOf(choice.name) };
  if (choice.type === 'any') return 'required';
  return choice.type === 'none' ? 'none' : 'auto';
}

function segmentsOf(body: JsonRecord, messages: readonly JsonRecord[], schema: JsonRecord | null): Segment[] {
  const tools = recordsOf(body.tools).map((tool) => {
    const { cache_control: _, ...definition } = tool;
    return marked(textSegment(JSON.stringify(definition), 8), tool);
  });
  const format = schema === null ? [] : [textSegment(JSON.stringify(schema), 8)];
  const segments = [...tools, ...format, ...systemSegments(body.system), ...messages.flatMap(messageSegments)];
  const automatic = breakpointOf(body);
  const last = segments.at(-1);
  return automatic === undefined || last === undefined
    ? segments
    : [...segments.slice(0, -1), { ...last, breakpoint: automatic }];
}

export const countAnthropic: CountRoute = {
  path: '/v1/messages/count_tokens',
  request(body) {
    for (const name of ['max_tokens', 'stream', 'temperature', 'stop_sequences', 'metadata', 'top_k', 'top_p']) {
      if (body[name] !== undefined) throw check.invalid(`${name}: Extra inputs are not permitted`);
    }
    return { ...body, max_tokens: 1 };
  },
  answer: (inputTokens) => ({ input_tokens: inputTokens }),
};

/** Reads a Messages request. */
export const parseAnthropic: Wire['parse'] = (body, headers, limits): Prompt => {
  if (headers['x-api-key'] === 'invalid' || headers.authorization === 'Bearer invalid') {
    throw new Refusal(401, 'invalid x-api-key', { type: 'authentication_error' });
  }
  if (headers['anthropic-version'] === undefined) throw check.invalid('anthropic-version: header is required');
  check.checkCharacters(body);
  check.checkFields(body);
  checkTools(recordsOf(body.tools));
  const messages = check.checkMessages(body.messages);
  checkBlocks(messages);
  check.checkToolPairs(messages);
  checkThinking(messages, body.thinking);
  check.checkEnd(messages);
  const schema = schemaOf(body);
  const segments = segmentsOf(body, messages, schema);
  check.checkBreakpoints(segments.flatMap(({ breakpoint }) => breakpoint ?? []));
  const model = stringOf(body.model);
  const { contextWindow, maxOutputTokens } = limits(model);
  const asked = Number(body.max_tokens);
  if (asked > maxOutputTokens) {
    const words = `max_tokens: ${asked} > ${maxOutputTokens}, which is the maximum allowed number of output tokens for ${model}`;
    throw check.invalid(words);
  }
  check.checkLength(sumTokens(segments), asked, contextWindow);
  const choice = body.tool_choice;
  return {
    model,
    stream: body.stream === true,
    segments,
    turns: turnsOf(messages, body.system),
    tools: recordsOf(body.tools).map(({ name, input_schema: parameters }) => ({
      name: stringOf(name),
      parameters: isRecord(parameters) ? parameters : {},
    })),
    toolChoice: toolChoiceOf(choice),
    parallelTools: !(isRecord(choice) && choice.disable_parallel_tool_use === true),
    maxOutputTokens: asked,
    schema,
    thinks: isRecord(body.thinking) && body.thinking.type !== 'disabled',
    cacheKey: '',
    writesCache: false,
  };
};
