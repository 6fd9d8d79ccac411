import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { SessionDetails, SessionListItem } from '../../../src/client/api.ts';
import type { LimitsInForce, LimitsPatch } from '../../../src/domain/agent.ts';
import type { ApprovalAnswer } from '../../../src/domain/approval.ts';
import type { CompactionResult } from '../../../src/domain/compaction.ts';
import type { Message } from '../../../src/domain/messages.ts';
import type { SessionMetrics } from '../../../src/domain/metrics.ts';
import type { SessionCreated } from '../../../src/domain/session.ts';
import { apiGet, apiSend } from './request.ts';

export interface SessionFilters {
  readonly status?: string;
  readonly agent?: string;
  readonly user?: string;
  readonly q?: string;
}

export interface SessionPage {
  readonly sessions: readonly SessionListItem[];
  readonly cursor: string | null;
}

export const pageSize = 100;

export function sessionPath(sessionId: string, rest = ''): string {
  return `/v1/sessions/${encodeURIComponent(sessionId)}${rest}`;
}

export function getSessions(
  filters: SessionFilters,
  cursor: string | null,
  signal?: AbortSignal,
  limit = pageSize,
): Promise<SessionPage> {
  return apiGet('/v1/sessions', { ...filters, limit, cursor }, signal);
}

export function sessionsQuery(filters: SessionFilters) {
  return infiniteQueryOptions({
    queryKey: ['sessions', filters],
    queryFn: ({ pageParam, signal }) => getSessions(filters, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
  });
}

export function sessionQuery(sessionId: string) {
  return queryOptions({
    queryKey: ['session', sessionId, 'state'],
    queryFn: ({ signal }) => apiGet<SessionDetails>(sessionPath(sessionId), {}, signal),
  });
}

export function metricsQuery(sessionId: string) {
  return queryOptions({
    queryKey: ['session', sessionId, 'metrics'],
    queryFn: ({ signal }) => apiGet<SessionMetrics>(sessionPath(sessionId, '/metrics'), {}, signal),
  });
}

/** A message with its place in the transcript, from 1. */
export interface NumberedMessage extends Message {
  readonly number: number;
}

export interface MessagePage {
  readonly messages: readonly NumberedMessage[];
  readonly cursor: string | null;
}

const messagesOfPage = 100;

/** The messages that end before this number (or the latest ones), oldest first; `cursor` is `null` at the beginning. */
export function getMessagesBefore(
  sessionId: string,
  before: number | 'latest',
  signal?: AbortSignal,
): Promise<MessagePage> {
  return apiGet(sessionPath(sessionId, '/messages'), { before, limit: messagesOfPage }, signal);
}

export function getMessagesAfter(sessionId: string, after: number, signal?: AbortSignal): Promise<MessagePage> {
  return apiGet(sessionPath(sessionId, '/messages'), { after, limit: messagesOfPage }, signal);
}

export interface StartRequest {
  readonly agent: string;
  readonly sessionId?: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly from?: string;
}

export function startSession(request: StartRequest): Promise<SessionCreated> {
  return apiSend('POST', '/v1/sessions', request);
}

/** Accepted at once; what becomes of it comes as events. */
export function sendMessage(sessionId: string, text: string, messageId: string): Promise<unknown> {
  return apiSend('POST', sessionPath(sessionId, '/messages'), { text, messageId, background: true });
}

export function cancelRun(sessionId: string, request: { readonly runId?: string; readonly reason?: string } = {}) {
  return apiSend<unknown>('POST', sessionPath(sessionId, '/cancel'), request);
}

export function compactSession(sessionId: string, request: { readonly keepRuns?: number } = {}) {
  return apiSend<CompactionResult>('POST', sessionPath(sessionId, '/compact'), request);
}

export function setLimits(sessionId: string, patch: LimitsPatch) {
  return apiSend<LimitsInForce>('POST', sessionPath(sessionId, '/limits'), patch);
}

export function closeSession(sessionId: string, request: { readonly reason?: string } = {}) {
  return apiSend<unknown>('POST', sessionPath(sessionId, '/close'), request);
}

export function decideApproval(sessionId: string, answer: ApprovalAnswer) {
  return apiSend<unknown>('POST', sessionPath(sessionId, '/approvals'), answer);
}

export function startStory(name: string): Promise<{ readonly sessionId: string }> {
  return apiSend('POST', `/v1/stories/${name}`, {});
}
