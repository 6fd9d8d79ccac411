export { SessionClient, type ClientOptions } from './session-client.ts';
export type * from './api.ts';
export { LoadlineError, type ErrorCode } from '../domain/errors.ts';
export type { Limits, LimitsInForce, LimitsPatch, Thresholds } from '../domain/agent.ts';
export type { RunEvent, StoredEvent, DeltaEvent } from '../domain/events.ts';
export type { Message, Part, UserPart } from '../domain/messages.ts';
export type { MessageMetrics, ModelDetail, RunMetrics, SessionMetrics } from '../domain/metrics.ts';
export type { RunProgress, RunResult, RunStatus, SendInput } from '../domain/run.ts';
export type { SessionCreated, SessionState, SessionStatus } from '../domain/session.ts';
