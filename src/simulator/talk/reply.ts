import { randomBytes } from 'node:crypto';
import type { Behaviour } from '../behaviour.ts';
import { withoutDirectives } from '../directives.ts';
import { questionOf, toolResultsOf } from '../prompt.ts';
import type { OfferedTool, Prompt } from '../prompt.ts';
import { reasons } from '../models.ts';
import type { Block, Reply } from '../reply.ts';
import { countTokens, firstTokens, textOf } from '../tokens.ts';
import { valueFrom } from './from-schema.ts';
import { say } from './say.ts';

function toolBlock(name: string, text: string, prefix: string): Block {
  return { kind: 'tool', name, text, callId: `${prefix}${randomBytes(12).toString('hex')}` };
}

function madeUp(tool: OfferedTool | undefined, question: string): string {
  return JSON.stringify(tool === undefined ? {} : valueFrom(tool.parameters, question));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Tools whose names, with spaces for `_` and `-` too, stand in the question. */
function mentioned(tools: readonly OfferedTool[], question: string): OfferedTool[] {
  return tools.filter(({ name }) => {
    const loose = escaped(name).replace(/[_-]+/g, '[ _-]');
    return new RegExp(`(?<![\\p{L}\\p{N}])${loose}(?![\\p{L}\\p{N}])`, 'iu').test(question);
  });
}

function chosenTools(prompt: Prompt, question: string): OfferedTool[] {
  const { tools, toolChoice, parallelTools } = prompt;
  if (toolChoice === 'none') return [];
  if (typeof toolChoice === 'object') return tools.filter(({ name }) => name === toolChoice.name);
  const found = mentioned(tools, question);
  const wanted = found.length === 0 && toolChoice === 'required' ? tools.slice(0, 1) : found;
  return parallelTools ? wanted : wanted.slice(0, 1);
}

function toolBlocks(prompt: Prompt, behaviour: Behaviour, idPrefix: string): Block[] {
  const question = withoutDirectives(questionOf(prompt));
  if (behaviour.toolCalls !== undefined) {
    return behaviour.toolCalls.map(({ name, arguments: given }) => {
      const tool = prompt.tools.find((offered) => offered.name === name);
      const text =
        given === undefined ? madeUp(tool, question) : typeof given === 'string' ? given : JSON.stringify(given);
      return toolBlock(name, text, idPrefix);
    });
  }
  const answered = toolResultsOf(prompt).length > 0;
  if (answered || behaviour.answer !== undefined || behaviour.answerTokens !== undefined) return [];
  return chosenTools(prompt, question).map((tool) => toolBlock(tool.name, madeUp(tool, question), idPrefix));
}

function wording(prompt: Prompt, behaviour: Behaviour): string {
  if (behaviour.answer !== undefined) return behaviour.answer;
  if (behaviour.answerTokens !== undefined) return textOf(behaviour.answerTokens);
  if (prompt.schema === null) return say(prompt);
  const results = toolResultsOf(prompt).map(({ text }) => text);
  const question = withoutDirectives(questionOf(prompt));
  const about = results.length === 0 ? question : `${question} ${results.join(' ')}`;
  const isAny = Object.keys(prompt.schema).length === 0;
  return JSON.stringify(isAny ? { answer: say(prompt) } : valueFrom(prompt.schema, about));
}

function reasoningBlock(prompt: Prompt, { reasoning, reasoningTokens }: Behaviour): Block[] {
  if (reasoning === undefined && reasoningTokens === undefined && !reasons(prompt.model)) return [];
  const text = reasoning ?? 'Let me see what is asked, what I know of it, and how to put it briefly.';
  return [{ kind: 'reasoning', text, tokens: reasoningTokens ?? countTokens(text) * 3 }];
}

/** Keeps to the output limit: reasoning counts first, as providers count it. */
function cut(blocks: readonly Block[], limit: number): { blocks: Block[]; isCut: boolean } {
  let left = limit;
  const kept: Block[] = [];
  for (const block of blocks) {
    const fixed = block.kind === 'tool' ? countTokens(block.name) : 0;
    const tokens = block.kind === 'reasoning' ? block.tokens : fixed + countTokens(block.text);
    if (tokens <= left) {
      kept.push(block);
      left -= tokens;
      continue;
    }
    if (block.kind === 'reasoning') kept.push({ ...block, tokens: left });
    else if (left > fixed) kept.push({ ...block, text: firstTokens(block.text, left - fixed) });
    return { blocks: kept, isCut: true };
  }
  return { blocks: kept, isCut: false };
}

/**
 * What the model answers to a prompt: reasoning first where there is any, then text or tool calls, within the prompt's
 * output limit. `idPrefix` begins the ids of tool calls, as the wire has them.
 */
export function replyTo(prompt: Prompt, behaviour: Behaviour, idPrefix: string): Reply {
  const reasoning = reasoningBlock(prompt, behaviour);
  const tools = behaviour.refusal === undefined ? toolBlocks(prompt, behaviour, idPrefix) : [];
  const spoken: Block[] =
    behaviour.refusal !== undefined
      ? [{ kind: 'refusal', text: behaviour.refusal }]
      : tools.length > 0 && behaviour.answer === undefined
        ? tools
        : [{ kind: 'text', text: wording(prompt, behaviour) }, ...tools];
  const limit = Math.min(prompt.maxOutputTokens, behaviour.cutAfterTokens ?? Number.POSITIVE_INFINITY);
  const { blocks, isCut } = cut([...reasoning, ...spoken], limit);
  if (behaviour.contentFilter) return { blocks, finish: 'content-filter' };
  if (behaviour.refusal !== undefined) return { blocks, finish: 'refusal' };
  if (isCut) return { blocks, finish: 'length' };
  return { blocks, finish: tools.length > 0 ? 'tool-calls' : 'stop' };
}
