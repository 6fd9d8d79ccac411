import type { ChatCompletionContentPart, ChatCompletionMessageParam } from 'openai/resources/chat/completions';

/** Stands where a run ended with the results of its tools. */
const notAnswered = '(This was not answered.)';

/**
 * Messages in an order that every server takes: the chat templates of many open models refuse two messages of a role in a
 * row, and Mistral a question right after the result of a tool. Both stand in a session where a run got no answer.
 */
export function inStrictOrder(messages: readonly ChatCompletionMessageParam[]): ChatCompletionMessageParam[] {
  const ordered: ChatCompletionMessageParam[] = [];
  for (const message of messages) {
    const last = ordered.at(-1);
    if (message.role === 'user' && last?.role === 'tool') ordered.push({ role: 'assistant', content: notAnswered });
    if (message.role === 'user' && last?.role === 'user') {
      ordered[ordered.length - 1] = { role: 'user', content: joined(last.content, message.content) };
    } else ordered.push(message);
  }
  return ordered;
}

type Content = string | ChatCompletionContentPart[];

function joined(first: Content, second: Content): Content {
  if (typeof first === 'string' && typeof second === 'string') return `${first}\n\n${second}`;
  return [...asParts(first), ...asParts(second)];
}

function asParts(content: Content): ChatCompletionContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}
