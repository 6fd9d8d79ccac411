import type { z } from 'zod';
import type { MessageContent, Session } from '../client/api.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { RunResult } from '../domain/run.ts';
import { acceptedRun } from './accepted-run.ts';
import type { ServerDeps } from './deps.ts';
import { HttpError } from './http-error.ts';
import { preferenceOf } from './preference.ts';
import { resultError } from './result-error.ts';
import { tenantFor } from './routes/sessions.ts';
import type { sendBody } from './schemas/messages.ts';
import { authorise, tenantOf } from './security/access.ts';
import { principalOf } from './security/authenticate.ts';
import type { ServerContext } from './server-env.ts';
import { startSession } from './start-session.ts';
import { streamSending } from './streams/stream-sending.ts';
import { within } from './within.ts';

type SendBody = z.output<typeof sendBody>;

/** Sends a message and answers as the client wants it: when the run has ended, at once, or with its events. */
export async function sendMessage(
  deps: ServerDeps,
  context: ServerContext,
  sessionId: string,
  body: SendBody,
): Promise<Response> {
  const session = await addressee(deps, context, sessionId, body);
  const content = contentOf(body);
  const messageId = messageIdOf(context, body);
  const options = {
    ...(messageId === undefined ? {} : { messageId }),
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
  };
  const { waitMs, async } = preferenceOf(context);
  if (body.background === true || async) {
    const accepted = await session.signal(content, options);
    return await answerAccepted(deps, context, sessionId, accepted);
  }
  const sending = session.send(content, options);
  if (body.stream === true) return await streamSending(deps, context, sending);
  const result = await within(waitMs, sending, deps.stopping);
  if (result === null) return await answerAccepted(deps, context, sessionId, sending.messageId, sending);
  const error = resultError(result as RunResult);
  if (error !== null) throw error;
  context.header('Location', runPath(result));
  return context.json(result);
}

/** The session that is sent to, for who may; one that is not there is started where an agent is named. */
async function addressee(
  deps: ServerDeps,
  context: ServerContext,
  sessionId: string,
  { agent, user, tenant, limits }: SendBody,
): Promise<Session> {
  const row = await deps.backend.store.session(sessionId);
  if (row !== null || agent === undefined) authorise(context, row, sessionId);
  if (agent === undefined) return deps.api.existing(sessionId);
  const principal = principalOf(context);
  const session = deps.api.session(agent, {
    id: sessionId,
    ...(user === undefined ? {} : { user }),
    ...tenantFor(principal, tenant),
    ...(limits === undefined ? {} : { limits }),
  });
  // Whoever is bound to a tenant must not come into a session that another one starts just now.
  if (row === null && tenantOf(principal) !== null) await startSession(deps, principal, session);
  return session;
}

function contentOf({ text, parts }: SendBody): MessageContent {
  if (text !== undefined && parts === undefined) return text;
  if (parts !== undefined && text === undefined) return parts;
  throw new LoadlineError('InvalidMessage', 'A message has either text or parts');
}

function messageIdOf(context: ServerContext, { messageId }: SendBody): string | undefined {
  const key = context.req.header('idempotency-key');
  if (key !== undefined && messageId !== undefined && key !== messageId) {
    throw new LoadlineError('InvalidMessage', 'messageId and the header Idempotency-Key are two different ids');
  }
  return messageId ?? key;
}

/**
 * 202 with the run's place, once it has one.
 *
 * @param sending tells when the message is refused meanwhile
 */
async function answerAccepted(
  deps: ServerDeps,
  context: ServerContext,
  sessionId: string,
  messageId: string,
  sending?: PromiseLike<unknown>,
): Promise<Response> {
  const accepted = acceptedRun(deps, sessionId, messageId);
  const run = await Promise.race([accepted, ...(sending === undefined ? [] : [sending.then(() => accepted)])]);
  if (run === null) {
    const again = `Send it again with the messageId ${messageId}: it is answered once`;
    if (deps.stopping.aborted)
      throw new HttpError('ServerStopping', `The server stops. ${again}`, { 'Retry-After': '1' });
    throw new LoadlineError('TemporalUnavailable', `Nothing tells yet that the message was taken. ${again}`);
  }
  context.header('Location', runPath(run));
  return context.json(run, 202);
}

function runPath({ sessionId, runId }: Pick<RunResult, 'sessionId' | 'runId'>): string {
  return `/v1/sessions/${encodeURIComponent(sessionId)}/runs/${encodeURIComponent(runId)}`;
}
