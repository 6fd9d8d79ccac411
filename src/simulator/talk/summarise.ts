import { firstTokens } from '../tokens.ts';
import type { Prompt } from '../prompt.ts';

const asked = /\bsummar(?:y|ise|ize|ising|izing)\b/i;
const personal = /\b(?:my|I|our|remember|decided|agreed|prefer)\b/i;

/** Tokens; who asks for a longer one gets no more of what was said. */
const longest = 1_000;

/** Sentences of what was said before, without the roles in front of them. */
function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .filter((line) => !/^<\/?\w+>$/.test(line.trim()))
    .map((sentence) => sentence.replace(/^\s*(?:user|assistant|tool|system|summary)\s*[:>]\s*/i, '').trim())
    .filter((sentence) => sentence.length > 3);
}

/**
 * A summary where one is asked for, by instructions or by the message: what people said of themselves first, then the
 * rest in its order, within the prompt's output limit.
 */
export function summarise(prompt: Prompt, question: string): string | null {
  const instructed = prompt.turns.some(({ role, text }) => role === 'system' && /^\W*(?:you )?summar/i.test(text));
  if (
    !instructed &&
    !(asked.test(question) && /^\W*(?:please |could you |can you )?(?:\w+ ){0,3}summar/i.test(question))
  ) {
    return null;
  }
  const said = prompt.turns.filter(({ role }) => role === 'user' || role === 'assistant').map(({ text }) => text);
  const sentences = [...new Set(said.flatMap(sentencesOf))].filter((sentence) => !asked.test(sentence));
  const ordered = [...sentences.filter((one) => personal.test(one)), ...sentences.filter((one) => !personal.test(one))];
  if (ordered.length === 0) return 'Summary: nothing has been said yet.';
  return firstTokens(`Summary: ${ordered.join(' ')}`, Math.min(prompt.maxOutputTokens, longest));
}
