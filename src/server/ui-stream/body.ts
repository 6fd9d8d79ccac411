import { z } from '@hono/zod-openapi';
import type { UserPart } from '../../domain/messages.ts';
import { LoadlineError } from '../../domain/errors.ts';

const text = z.looseObject({ type: z.literal('text'), text: z.string() });
const file = z.looseObject({ type: z.literal('file'), mediaType: z.string(), url: z.string() });
const toolCall = z.looseObject({
  type: z.string(),
  toolCallId: z.string(),
  state: z.string(),
  approval: z.looseObject({ approved: z.boolean().optional(), reason: z.string().optional() }).optional(),
});
const part = z.union([text, file, toolCall, z.looseObject({ type: z.string() })]);

/** What `useChat` sends: all messages of the chat, and what its transport's `body` adds. */
export const uiBody = z
  .looseObject({
    messages: z
      .array(
        z.looseObject({ id: z.string().min(1), role: z.enum(['system', 'user', 'assistant']), parts: z.array(part) }),
      )
      .min(1),
    agent: z.string().optional(),
    user: z.string().optional(),
  })
  .openapi('UiMessages');

export type UiMessage = z.infer<typeof uiBody>['messages'][number];

/** Somebody's word on a tool call, as a part of an assistant's message. */
export interface Decision {
  readonly callId: string;
  readonly approved: boolean;
  readonly reason?: string;
}

/** What a user's message says. @throws LoadlineError `InvalidMessage` */
export function partsOfMessage({ parts }: UiMessage): readonly UserPart[] {
  const said = parts.flatMap((one): UserPart[] => {
    const asText = text.safeParse(one);
    if (asText.success) return [{ type: 'text', text: asText.data.text }];
    const asFile = file.safeParse(one);
    return asFile.success ? [mediaOf(asFile.data)] : [];
  });
  if (said.length > 0) return said;
  throw new LoadlineError('InvalidMessage', 'The last message has neither text nor files');
}

function mediaOf({ mediaType, url }: { readonly mediaType: string; readonly url: string }): UserPart {
  const kind = mediaType.split('/')[0];
  const type = kind === 'image' || kind === 'audio' ? kind : 'file';
  const data = /^data:[^,]*;base64,(.+)$/s.exec(url)?.[1];
  return data === undefined ? { type, mediaType, url } : { type, mediaType, data };
}

export function decisionsIn({ parts }: UiMessage): readonly Decision[] {
  return parts.flatMap((one) => {
    const { success, data } = toolCall.safeParse(one);
    if (!success || data.state !== 'approval-responded' || data.approval?.approved === undefined) return [];
    const { approved, reason } = data.approval;
    return [{ callId: data.toolCallId, approved, ...(reason === undefined ? {} : { reason }) }];
  });
}
