import type { Session } from '../../../client/api.ts';
import type { ServerDeps } from '../../deps.ts';
import { tenantOf } from '../../security/access.ts';
import { principalOf } from '../../security/authenticate.ts';
import type { ServerContext } from '../../server-env.ts';
import { idFor, sessionOf } from '../addressed.ts';
import { conversationOf } from '../conversations/conversation.ts';
import { OpenAiError } from '../errors.ts';
import { readStored } from './read-stored.ts';
import type { ResponseRequest } from './request.ts';

/** Where a response goes. */
export interface Address {
  /** Of the response, and of the message that it answers. */
  readonly id: string;
  readonly session: Session;
  readonly tenant: string | null;
  /** The run that it has to follow; `null`: whichever is the latest. */
  readonly after: string | null;
}

export async function addressOf(deps: ServerDeps, context: ServerContext, request: ResponseRequest): Promise<Address> {
  const id = idFor(context, 'resp_');
  const tenant = tenantOf(principalOf(context));
  const { agent, conversation, previous, user, metadata } = request;
  if (previous !== null) {
    const { sessionId, runId } = await previousRun(deps, context, previous);
    return { id, tenant, after: runId, session: await sessionOf(deps, context, agent, { id: sessionId }) };
  }
  const begun = conversation === null ? null : await conversationOf(deps, context, conversation);
  const kept = metadata ?? begun?.metadata ?? null;
  const session = await sessionOf(deps, context, agent, {
    id: conversation ?? id.replace('resp_', 'conv_'),
    ...(user === null ? {} : { user }),
    ...(kept === null ? {} : { metadata: kept }),
  });
  return { id, tenant, after: null, session };
}

async function previousRun(deps: ServerDeps, context: ServerContext, previous: string) {
  const { record, run } = await readStored(deps, context, previous, 'previous_response_id');
  if (run === null) {
    throw new OpenAiError(400, `Response ${previous} has not been taken up yet; wait for it first`, {
      param: 'previous_response_id',
      code: 'previous_response_not_ready',
    });
  }
  const [latest] = await deps.backend.store.runs(record.sessionId, { limit: 1 });
  if (latest === undefined || latest.runId === run.runId) return run;
  throw new OpenAiError(
    400,
    `Response ${previous} is not the latest of its session: run ${latest.runId} came after it. Follow that one, or name the session as conversation ${record.sessionId}`,
    { param: 'previous_response_id', code: 'previous_response_not_latest' },
  );
}
