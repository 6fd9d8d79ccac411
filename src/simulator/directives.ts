import type { Behaviour } from './behaviour.ts';
import { questionOf, toolResultsOf } from './prompt.ts';
import type { Prompt } from './prompt.ts';

interface Directive {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly argument: string;
}

/** Where the double bracket that was opened before `from` closes: brackets inside of an argument's JSON are pairs. */
function closeOf(text: string, from: number): number {
  let depth = 0;
  let isQuoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (depth === 0 && text.startsWith(']]', at)) return at;
    else if (character === '[') depth += 1;
    else if (character === ']') depth -= 1;
  }
  return text.indexOf(']]', from);
}

function directivesIn(text: string): Directive[] {
  const found: Directive[] = [];
  const opening = /\[\[\s*([a-z]+)\b\s*/g;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const close = closeOf(text, opening.lastIndex);
    if (close < 0) break;
    const argument = text.slice(opening.lastIndex, close).trim();
    found.push({ from: match.index, to: close + 2, name: match[1] ?? '', argument });
    opening.lastIndex = close + 2;
  }
  return found;
}

type Found = Behaviour & {
  /** For how many tries of the message `status` is answered. */
  tries?: number;
  /** The tools are called even where their results are there. */
  loops?: boolean;
};

function count(argument: string, otherwise: number): number {
  const number = Number.parseFloat(argument);
  return Number.isFinite(number) && number >= 0 ? number : otherwise;
}

function toolCall(argument: string): NonNullable<Behaviour['toolCalls']>[number] {
  const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(argument) ?? [];
  return rest === '' ? { name } : { name, arguments: rest };
}

/**
 * Reads the directives in the last user message, so that a person can see a fault from any chat window:
 *
 * | directive | what happens |
 * |---|---|
 * | `[[slow 3000]]` | the first token comes after 3,000 ms |
 * | `[[pace 20]]` | 20 tokens a second |
 * | `[[tokens 500]]` | an answer of exactly 500 tokens |
 * | `[[say Hello]]` | this answer |
 * | `[[tool weather {"city":"Oslo"}]]` | calls the tool; several make parallel calls; without arguments they are made up |
 * | `[[loop weather]]` | calls the tool again and again, whatever it answers |
 * | `[[badjson weather]]` | calls the tool with arguments that are no JSON |
 * | `[[fail 429 2 5]]` | status 429 for two tries of this message, each with `Retry-After: 5`; then it is answered |
 * | `[[drop 5]]`, `[[error 5]]`, `[[stall 5]]` | the socket dies, an error event comes, nothing more comes after 5 chunks |
 * | `[[hang]]` | no answer at all |
 * | `[[reason 200]]` | 200 tokens of reasoning first |
 * | `[[refuse]]`, `[[filter]]` | refused by the model, stopped by the content filter |
 * | `[[cut 20]]` | cut off after 20 tokens |
 * | `[[nousage]]`, `[[cumulative]]` | no usage is reported; it is repeated in every chunk |
 */
function readDirectives(text: string): Found {
  if (!text.includes('[[')) return {};
  const found: Found = {};
  for (const { name, argument } of directivesIn(text)) {
    const call = (): void => void (found.toolCalls = [...(found.toolCalls ?? []), toolCall(argument)]);
    if (name === 'slow') found.firstTokenMs = count(argument, 1_000);
    else if (name === 'pace') found.tokensPerSecond = Math.max(0.1, count(argument, 10));
    else if (name === 'tokens') found.answerTokens = Math.trunc(count(argument, 100));
    else if (name === 'say') found.answer = argument;
    else if (name === 'tool') call();
    else if (name === 'loop') {
      call();
      found.loops = true;
    } else if (name === 'badjson') {
      found.toolCalls = [...(found.toolCalls ?? []), { name: argument, arguments: '{"unfinished": "js' }];
    } else if (name === 'fail') {
      const [status = '', tries = '', seconds] = argument.split(/\s+/);
      found.status = Math.min(599, Math.max(400, Math.trunc(count(status, 500))));
      found.tries = count(tries, 1);
      if (seconds !== undefined) found.retryAfter = seconds;
    } else if (name === 'drop') found.dropAfterChunks = count(argument, 3);
    else if (name === 'error') found.errorAfterChunks = count(argument, 3);
    else if (name === 'stall') found.hangAfterChunks = count(argument, 3);
    else if (name === 'hang') found.hang = true;
    else if (name === 'reason') found.reasoningTokens = Math.trunc(count(argument, 100));
    else if (name === 'refuse') found.refusal = "I'm sorry, but I can't help with that.";
    else if (name === 'filter') found.contentFilter = true;
    else if (name === 'cut') found.cutAfterTokens = Math.trunc(count(argument, 10));
    else if (name === 'nousage') found.noUsage = true;
    else if (name === 'cumulative') found.cumulativeUsage = true;
  }
  return found;
}

export function withoutDirectives(text: string): string {
  const found = directivesIn(text);
  if (found.length === 0) return text;
  const kept = found.map(({ from }, at) => text.slice(found[at - 1]?.to ?? 0, from));
  return [...kept, text.slice(found.at(-1)?.to)].join('').replace(/\s+/g, ' ').trim();
}

/** What was said before, handed on to be read: its directives were obeyed then. */
const quoted = /<(summary|notes|conversation)\b[^>]*>.*?<\/\1>/gs;

/** The directives of requests, with the tries that `[[fail …]]` has had. */
export class Directives {
  readonly #failed = new Map<string, number>();

  take(prompt: Prompt): Behaviour {
    const question = questionOf(prompt).replaceAll(quoted, '');
    const { tries = 0, loops = false, status, toolCalls, ...others } = readDirectives(question);
    const answered = toolResultsOf(prompt).length > 0;
    const rest = toolCalls === undefined || (answered && !loops) ? others : { ...others, toolCalls };
    if (status === undefined || answered) return rest;
    const key = `${prompt.cacheKey}\0${question}`;
    const failed = this.#failed.get(key) ?? 0;
    if (failed >= tries) {
      this.#failed.delete(key);
      return rest;
    }
    this.#failed.set(key, failed + 1);
    return { ...rest, status };
  }

  clear(): void {
    this.#failed.clear();
  }
}
