import type { JsonObject } from '../../../domain/json.ts';
import type { ApiObject } from '../../../store/api-objects.ts';
import type { ResponseRequest } from './request.ts';

/** What is kept of a response beside its run. */
export interface ResponseRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly messageId: string;
  /** Unix time in seconds. */
  readonly createdAt: number;
  /** Messages that the run had before: of one that goes on after somebody's word. */
  readonly skipped: number;
  /** Only the last answer fits the schema that is in force. */
  readonly hasSchema: boolean;
  /** Whether the request named the session as a conversation. */
  readonly inConversation: boolean;
  readonly echo: ResponseRequest['echo'];
}

export function toRecord({ id, sessionId, createdAt, body }: ApiObject): ResponseRecord {
  const kept = body as unknown as Omit<ResponseRecord, 'id' | 'sessionId' | 'createdAt'>;
  return { id, sessionId, createdAt: Math.floor(Date.parse(createdAt) / 1000), ...kept };
}

export function bodyOf({
  messageId,
  skipped,
  hasSchema,
  inConversation,
  echo,
}: Omit<ResponseRecord, 'id'>): JsonObject {
  return JSON.parse(JSON.stringify({ messageId, skipped, hasSchema, inConversation, echo })) as JsonObject;
}
