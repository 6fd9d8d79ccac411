import type { AgentRunResult, Session } from '../../../client/api.ts';
import { afterFirstSubstance } from '../../answer/first-substance.ts';
import { followAnswer, wholeAnswer, type Followed } from '../../answer/follow-answer.ts';
import type { ServerDeps } from '../../deps.ts';
import type { ServerContext } from '../../server-env.ts';
import { eventStream } from '../../streams/event-stream.ts';
import {
  agentNamed,
  idempotencyHeader,
  idFor,
  isSimulated,
  sessionHeader,
  sessionOf,
  simulatedHeader,
} from '../addressed.ts';
import { ignoredHeader, ignoredList } from '../check-fields.ts';
import { errorOfRun } from '../errors.ts';
import { frame, stoppingError } from '../frame.ts';
import { readBody } from '../read-body.ts';
import { toMessage } from '../said.ts';
import { untilStopping } from '../until-stopping.ts';
import { chatFrames } from './chunks.ts';
import { toCompletion, type Completion } from './completion.ts';
import { readChatRequest } from './request.ts';

/** `POST /chat/completions`: with `Loadline-Session` the next message of that session, without it a session of its own. */
export async function completeChat(deps: ServerDeps, context: ServerContext): Promise<Response> {
  const request = readChatRequest(await readBody(context));
  const agent = agentNamed(deps, request.agent);
  const named = context.req.header(sessionHeader);
  const { parts, earlier, instructions } = toMessage(request.said, 'messages', named !== undefined);
  const session = await addressed(deps, context, request);
  const messageId = idFor(context, 'chat-');
  const sent = session.send(parts, {
    messageId,
    earlier,
    instructions,
    ...(request.metadata === null ? {} : { metadata: request.metadata }),
    ...(request.maxOutputTokens === null ? {} : { maxOutputTokens: request.maxOutputTokens }),
    ...(request.output === null ? {} : { output: request.output }),
  });
  context.header(sessionHeader, session.id);
  if (request.ignored.length > 0) context.header(ignoredHeader, ignoredList(request.ignored));
  if (isSimulated(agent)) context.header(simulatedHeader, 'true');
  const hasSchema = request.output !== null || agent.spec.output !== null;
  const completion = { model: request.agent, created: Math.floor(Date.now() / 1000), hasSchema };
  const followed = { sessionId: session.id, messageId, sent };
  // Nobody else could read what is written for a session of one run, unless the same key comes again.
  const isLost = named === undefined && context.req.header(idempotencyHeader) === undefined;
  const gone = (): void => {
    if (isLost && !deps.stopping.aborted) abandon(session);
  };
  if (!request.streams) return await whole(deps, context, { followed, completion, gone });
  const ending = new AbortController();
  const answer = followAnswer(deps.backend, { ...followed, signal: ending.signal });
  const steps = await afterFirstSubstance(answer, (result) => errorOfRun(result, 'messages'));
  return eventStream(
    deps,
    context,
    async function* (signal) {
      let ended = false;
      signal.addEventListener('abort', () => {
        ending.abort();
        if (!ended) gone();
      });
      yield* chatFrames({ ...completion, includesUsage: request.includesUsage }, steps);
      ended = true;
    },
    { first: '', last: frame({ error: stoppingError() }) },
  );
}

async function addressed(
  deps: ServerDeps,
  context: ServerContext,
  { agent, user, metadata }: Pick<ReturnType<typeof readChatRequest>, 'agent' | 'user' | 'metadata'>,
): Promise<Session> {
  const named = context.req.header(sessionHeader);
  return await sessionOf(deps, context, agent, {
    id: named ?? idFor(context, 'chat-'),
    ...(named === undefined ? { once: true } : {}),
    ...(user === null ? {} : { user }),
    ...(metadata === null ? {} : { metadata }),
  });
}

interface Whole {
  readonly followed: Omit<Followed, 'signal'>;
  readonly completion: Completion;
  readonly gone: () => void;
}

async function whole(
  { backend, stopping }: ServerDeps,
  context: ServerContext,
  { followed, completion, gone }: Whole,
): Promise<Response> {
  const { signal } = context.req.raw;
  signal.addEventListener('abort', gone, { once: true });
  try {
    const result = await untilStopping(stopping, wholeAnswer(backend, { ...followed, signal }));
    return answerWhole(context, completion, result);
  } finally {
    signal.removeEventListener('abort', gone);
  }
}

function answerWhole(context: ServerContext, completion: Completion, result: AgentRunResult<unknown> | null): Response {
  // The client has gone.
  if (result === null) return context.body(null, 204);
  const problem = errorOfRun(result, 'messages');
  if (problem !== null) throw problem;
  return context.json(toCompletion(completion, result));
}

function abandon(session: Session): void {
  // A session that has ended meanwhile, or never began, has nothing to cancel.
  session.cancel({ reason: 'the client has gone' }).catch(() => undefined);
}
