import type { Sending } from '../../../client/api.ts';
import { afterFirstSubstance } from '../../answer/first-substance.ts';
import { followAnswer, wholeAnswer } from '../../answer/follow-answer.ts';
import type { ServerDeps } from '../../deps.ts';
import type { ServerContext } from '../../server-env.ts';
import { eventStream } from '../../streams/event-stream.ts';
import { agentNamed, isSimulated, sessionHeader, simulatedHeader } from '../addressed.ts';
import { ignoredHeader, ignoredList } from '../check-fields.ts';
import { errorOfRun } from '../errors.ts';
import { frame, stoppingError } from '../frame.ts';
import { untilStopping } from '../until-stopping.ts';
import { readBody } from '../read-body.ts';
import { toMessage } from '../said.ts';
import { addressOf } from './address.ts';
import { decideCalls } from './approvals.ts';
import { responseFrames } from './frames.ts';
import { bodyOf, toRecord, type ResponseRecord } from './record.ts';
import { readResponseRequest, type ResponseRequest } from './request.ts';
import { endedResponse, openResponse } from './response.ts';

/** `POST /responses`: the next message of a session, or somebody's word on its tool calls. */
export async function createResponse(deps: ServerDeps, context: ServerContext): Promise<Response> {
  const request = readResponseRequest(await readBody(context));
  const agent = agentNamed(deps, request.agent);
  const address = await addressOf(deps, context, request);
  const { session } = address;
  const asksToGoOn = request.said.approvals.length > 0;
  const isRepeated = asksToGoOn && (await deps.backend.store.apiObject(address.id)) !== null;
  const decided = asksToGoOn ? await decideCalls(deps, session, request.said, isRepeated) : null;
  const message = decided === null ? toMessage(request.said, 'input', false) : null;
  const stored = await deps.backend.store.keepApiObject({
    id: address.id,
    sessionId: session.id,
    tenant: address.tenant,
    createdAt: new Date().toISOString(),
    body: bodyOf({
      sessionId: session.id,
      createdAt: 0,
      messageId: decided?.messageId ?? address.id,
      skipped: decided?.skipped ?? 0,
      hasSchema: request.output !== null || agent.spec.output !== null,
      inConversation: request.conversation !== null,
      echo: request.echo,
    }),
  });
  const record = toRecord(stored);
  context.header(sessionHeader, session.id);
  if (request.ignored.length > 0) context.header(ignoredHeader, ignoredList(request.ignored));
  if (isSimulated(agent)) context.header(simulatedHeader, 'true');
  const options = { ...optionsOf(request), ...(address.after === null ? {} : { after: address.after }) };
  const parts = message?.parts ?? [{ type: 'text' as const, text: 'approved' }];
  const extras = message === null ? {} : { earlier: message.earlier, instructions: message.instructions };
  if (request.background && !request.streams) {
    if (decided === null) await session.signal(parts, { ...options, ...extras, messageId: record.messageId });
    return context.json(openResponse(record, 'queued'));
  }
  // A message id that is known answers its run, whatever comes with it.
  const sent = session.send(parts, { ...options, ...extras, messageId: record.messageId });
  return request.streams ? await streamed(deps, context, record, sent) : await whole(deps, context, record, sent);
}

function optionsOf({ metadata, maxOutputTokens, output }: ResponseRequest) {
  return {
    ...(metadata === null ? {} : { metadata }),
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
    ...(output === null ? {} : { output }),
  };
}

type Sent = Sending<unknown>;

async function whole(
  { backend, stopping }: ServerDeps,
  context: ServerContext,
  record: ResponseRecord,
  sent: Sent,
): Promise<Response> {
  const { sessionId, messageId } = record;
  const answer = wholeAnswer(backend, { sessionId, messageId, sent, signal: context.req.raw.signal });
  const result = await untilStopping(stopping, answer);
  // The client has gone.
  if (result === null) return context.body(null, 204);
  const problem = errorOfRun(result, 'input');
  if (problem !== null) throw problem;
  return context.json(endedResponse(record, result));
}

async function streamed(
  deps: ServerDeps,
  context: ServerContext,
  record: ResponseRecord,
  sent: Sent,
): Promise<Response> {
  const { sessionId, messageId, skipped } = record;
  const ending = new AbortController();
  const followed = { sessionId, messageId, sent, signal: ending.signal, skipped };
  const answer = followAnswer(deps.backend, followed);
  const steps = await afterFirstSubstance(answer, (result) => errorOfRun(result, 'input'));
  return eventStream(
    deps,
    context,
    (signal) => {
      signal.addEventListener('abort', () => ending.abort(), { once: true });
      return responseFrames(record, steps);
    },
    { first: '', last: frame({ ...stoppingError(), type: 'error' }, 'error') },
  );
}
