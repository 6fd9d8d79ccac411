import { withoutDirectives } from '../directives.ts';
import { lastUserAt, questionOf, toolResultsOf } from '../prompt.ts';
import type { Prompt } from '../prompt.ts';
import { firstSum } from './arithmetic.ts';
import { acknowledge, recall } from './facts.ts';
import { summarise } from './summarise.ts';

const wordPattern = /[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu;

function words(text: string): number {
  return text.match(wordPattern)?.length ?? 0;
}

function shorten(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters).replace(/\s+\S*$/, '')}…`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const aboutItself =
  'I am the simulator that comes with Loadline: no real model is behind these words. I speak the providers’ wire formats and count tokens exactly, so everything around me is real. Set OPENAI_API_KEY or ANTHROPIC_API_KEY to talk to a real one.';

const asksAboutItself =
  /\b(?:simulat\w*|are you (?:an? )?(?:real|ai|model|llm|bot|human|person)|who are you|what are you|which model|what model|your name)\b/i;

function countedWords(question: string): string | null {
  if (!/\b(?:how many|count)\b.*\bwords?\b/i.test(question)) return null;
  const quoted = /["“'‘](.+)["”'’]/s.exec(question)?.[1] ?? /:\s*(.+)$/s.exec(question)?.[1] ?? question;
  return `That is ${plural(words(quoted), 'word')}.`;
}

function answerFromTools(prompt: Prompt): string | null {
  const results = toolResultsOf(prompt);
  if (results.length === 0) return null;
  return results.map(({ tool, text }) => `${tool ?? 'The tool'} says: ${shorten(text.trim(), 400)}`).join('\n');
}

/** A summary that stands before the question in the same message. */
const notesBefore = /^<summary[^>]*>.*?<\/summary>/s;

/**
 * The simulator's answer in words: short, the same for the same request, and built from what it was asked.
 */
export function say(prompt: Prompt): string {
  const fromTools = answerFromTools(prompt);
  if (fromTools !== null) return fromTools;
  const asked = withoutDirectives(questionOf(prompt)).trim();
  const [notes = ''] = notesBefore.exec(asked) ?? [];
  const question = asked.slice(notes.length).trim();
  const sum = firstSum(question);
  const before = prompt.turns.slice(0, Math.max(0, lastUserAt(prompt.turns)));
  const earlier = notes === '' ? before : [...before, { role: 'user' as const, text: notes }];
  const summary = summarise(prompt, question);
  if (summary !== null) return summary;
  const counted = countedWords(question);
  if (counted !== null) return counted;
  if (asksAboutItself.test(question)) return aboutItself;
  if (sum !== null) return `${sum.asked} = ${sum.value}`;
  const remembered = recall(question, earlier) ?? acknowledge(question);
  if (remembered !== null) return remembered;
  if (/^(?:hi|hello|hey|good (?:morning|day|evening))\b/i.test(question) && words(question) < 6) {
    return 'Hello! What can I do for you?';
  }
  if (/^(?:thanks?|thank you|great|ok(?:ay)?)\b/i.test(question) && words(question) < 8) return 'You are welcome.';
  if (question === '') return 'I am here.';
  const quoted = `“${shorten(question, 160)}”`;
  return question.endsWith('?')
    ? `You asked: ${quoted} A real model would look into it; as a simulated one I can only tell that these are ${plural(words(question), 'word')}.`
    : `You said: ${quoted} That is ${plural(words(question), 'word')}.`;
}
