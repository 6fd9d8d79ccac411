import { toRunnable, type RunnableTool } from '../config/runnable-tool.ts';
import { defineTool, type ToolTranscript } from '../config/tool.ts';
import type { ToolSpec } from '../domain/agent.ts';

const mostFound = 8;

interface RecallInput {
  readonly message?: number;
  readonly from?: number;
  readonly search?: string;
}

async function read(transcript: ToolTranscript, message: number, from: number): Promise<string> {
  const page = await transcript.read(message, from);
  if (page === null) return `There is no message ${message} in this conversation.`;
  const more = page.next === null ? '' : `\n[${page.total} characters in all; recall with from ${page.next} reads on]`;
  return `Message ${message} (${page.role}):\n${page.text}${more}`;
}

async function search(transcript: ToolTranscript, text: string): Promise<string> {
  const found = await transcript.search(text, mostFound);
  if (found.length === 0) return `Nothing in this conversation says "${text}". Try fewer or other words.`;
  return found.map(({ message, role, excerpt }) => `Message ${message} (${role}): ${excerpt}`).join('\n');
}

/**
 * Reads what has left the context: the whole of a message or of a tool's result, or messages that say something. Agents
 * with tools get it by themselves once something was compacted; in an agent's `tools` it is there from the start.
 *
 * @example
 * defineAgent({ name: 'assistant', tools: [recall] });
 */
export const recall = defineTool({
  name: 'recall',
  description:
    'Reads earlier parts of this conversation that are no longer shown. Give "search" (words to look for) to find messages, or "message" (its number) to read one whole.',
  inputSchema: {
    type: 'object',
    properties: {
      search: { type: 'string', description: 'Words to look for' },
      message: { type: 'integer', description: 'Number of a message' },
      from: { type: 'integer', description: 'With "message": the character to read on from' },
    },
    additionalProperties: false,
  },
  idempotent: true,
  timeout: '20s',
  async execute(input, { transcript }) {
    const { message, from, search: words } = input as RecallInput;
    if (message !== undefined) return await read(transcript, message, from ?? 0);
    if (words !== undefined && words.trim() !== '') return await search(transcript, words);
    return 'Give "search" or "message".';
  },
});

export const runnableRecall: RunnableTool = toRunnable(recall);
export const recallSpec: ToolSpec = runnableRecall.spec;
