import { z } from 'zod';
import type { UserPart } from '../../../domain/messages.ts';
import { audioPart, filePart, imagePart, textPart } from '../content.ts';
import { OpenAiError } from '../errors.ts';
import type { Said } from '../said.ts';

const contentPart = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['input_text', 'output_text', 'text']), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
  z.object({ type: z.literal('input_image'), image_url: z.string().nullish(), file_id: z.string().nullish() }),
  z.object({
    type: z.literal('input_file'),
    file_data: z.string().nullish(),
    file_url: z.string().nullish(),
    file_id: z.string().nullish(),
    filename: z.string().nullish(),
  }),
  z.object({ type: z.literal('input_audio'), input_audio: z.object({ data: z.string(), format: z.string() }) }),
]);

const message = z.object({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), z.array(contentPart)]),
});

const approval = z.object({
  type: z.literal('mcp_approval_response'),
  approval_request_id: z.string(),
  approve: z.boolean(),
  reason: z.string().nullish(),
});

const otherItem = z.looseObject({ type: z.string() });

/** Items of one conversation: messages, and somebody's word on a tool call. */
export const inputItems = z.array(z.union([message, approval, otherItem]));

export type Approval = z.infer<typeof approval>;
type Item = z.infer<typeof inputItems>[number];
type ContentPart = z.infer<typeof contentPart>;

/** What an earlier response said beside its texts; clients send it back, and the session has it already. */
const ownItems = new Set(['reasoning', 'mcp_call', 'mcp_list_tools', 'mcp_approval_request', 'compaction']);

/** @throws OpenAiError 400 for items that can't be used. */
export function readItems(items: readonly Item[], param: string): Said & { readonly approvals: readonly Approval[] } {
  const instructions: string[] = [];
  const messages: Said['messages'][number][] = [];
  const approvals: Approval[] = [];
  for (const [index, item] of items.entries()) {
    const at = `${param}[${index}]`;
    if (isMessage(item)) {
      const { role, content } = item;
      const parts =
        typeof content === 'string'
          ? [textPart(content)]
          : content.map((part, n) => partOf(part, `${at}.content[${n}]`));
      if (role === 'system' || role === 'developer') instructions.push(...parts.map((part) => textIn(part, at)));
      else if (parts.length > 0) messages.push({ role, parts });
    } else if (isApproval(item)) approvals.push(item);
    else if (!ownItems.has(item.type)) throw unusable(item.type, at);
  }
  return { instructions, messages, approvals };
}

function isMessage(item: Item): item is z.infer<typeof message> {
  return 'role' in item && (item.type === undefined || item.type === 'message');
}

function isApproval(item: Item): item is Approval {
  return item.type === 'mcp_approval_response' && 'approve' in item;
}

function unusable(type: string, param: string): OpenAiError {
  const words =
    type === 'item_reference'
      ? 'name the conversation or the previous response instead of single items'
      : "tools are the agent's own and run on the server; leave out the client's";
  return new OpenAiError(400, `${param} is of type ${type.slice(0, 100)}: ${words}`, {
    param: `${param}.type`,
    code: 'unsupported_parameter',
  });
}

function textIn(part: UserPart, param: string): string {
  if (part.type === 'text') return part.text;
  throw new OpenAiError(400, `${param}.content: instructions are text`, { param: `${param}.content` });
}

function partOf(part: ContentPart, param: string): UserPart {
  switch (part.type) {
    case 'refusal':
      return textPart(part.refusal);
    case 'input_image':
      if (part.image_url != null) return imagePart(part.image_url, `${param}.image_url`);
      throw new OpenAiError(400, `${param} needs image_url: there are no uploaded files here`, { param });
    case 'input_file':
      return filePart(part, param);
    case 'input_audio':
      return audioPart(part.input_audio);
    default:
      return textPart(part.text);
  }
}
