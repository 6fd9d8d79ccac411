import type { Turn } from '../prompt.ts';

const statement =
  /\b(?:my|our) ([a-z][a-z -]{0,30}?) (?:is|are|was) (?!what\b|it\b)([^.!?\n]{1,120}?)(?=,? (?:and|but) (?:I|my|we|our)\b|[.!?\n]|$)/gi;
const habit =
  /\bI (live in|work at|work as|work for|come from|like|love|prefer|own) ([^.!?,\n]{1,80}?)(?=,? (?:and|but) (?:I|my|we|our)\b|[.!?,\n]|$)/gi;
const request = /\b(?:remember|note)(?: that|:)? ([^?\n]{3,200})/i;

/** What the person said of themselves, the latest word on each subject. */
function factsIn(turns: readonly Turn[]): Map<string, string> {
  const facts = new Map<string, string>();
  for (const { role, text } of turns) {
    if (role === 'tool' || (role === 'assistant' && !text.startsWith('Summary'))) continue;
    for (const [, subject = '', value = ''] of text.matchAll(statement)) {
      facts.set(subject.toLowerCase(), `Your ${subject.toLowerCase()} is ${value.trim()}.`);
    }
    for (const [, verb = '', value = ''] of text.matchAll(habit)) {
      facts.set(verb.toLowerCase(), `You ${verb.toLowerCase()} ${value.trim()}.`);
    }
  }
  return facts;
}

/**
 * Answers "What is my …?", "Where do I live?" and "What did I ask you to remember?" from what is in the request: so it
 * shows what is still in the model's context and what is not.
 */
export function recall(question: string, earlier: readonly Turn[]): string | null {
  const subject = /\bwhat(?:'s| is| are| was) (?:my|our) ([a-z][a-z -]*[a-z])/i.exec(question)?.[1]?.toLowerCase();
  const verb = /\b(?:where|what|who|for whom) do I (live|work|come from|like|love|prefer|own)/i.exec(question)?.[1];
  if (subject !== undefined || verb !== undefined) {
    const facts = factsIn(earlier);
    const found =
      subject !== undefined
        ? facts.get(subject)
        : [...facts].findLast(([key]) => key.startsWith(verb?.toLowerCase() ?? ' '))?.[1];
    return found ?? `You have not told me ${subject === undefined ? 'that' : `your ${subject}`} in this conversation.`;
  }
  if (!/\b(?:asked?|told?) (?:me|you) to (?:remember|note)|do you remember\b/i.test(question)) return null;
  const noted = earlier
    .flatMap(({ role, text }) => (role === 'user' ? [request.exec(text)?.[1] ?? ''] : []))
    .filter(Boolean);
  return noted.length === 0
    ? 'Nothing in this conversation, as far as I can see.'
    : `You asked me to remember this: ${noted.map((text) => text.trim().replace(/[.!]$/, '')).join('; ')}.`;
}

/** "I understood" for a message that states something. */
export function acknowledge(question: string): string | null {
  const facts = [...factsIn([{ role: 'user', text: question }]).values()];
  if (facts.length > 0) return `Noted. ${facts.join(' ')}`;
  const noted = /^(?:please )?(?:remember|note)/i.test(question) ? request.exec(question)?.[1] : undefined;
  return noted === undefined ? null : `I will remember: ${noted.trim()}`;
}
