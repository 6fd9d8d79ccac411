import { orderProblemOf } from '../domain/admission.ts';
import { applyLimits } from '../domain/agent.ts';
import { closedFacts } from '../domain/closed-words.ts';
import { LoadlineError, type ErrorFacts } from '../domain/errors.ts';
import { didYouMean } from '../domain/nearest.ts';
import type { Totals } from '../domain/metrics.ts';
import type { RunResult } from '../domain/run.ts';
import type { CloseSessionInput, OpenedSession, OpenSessionInput } from '../domain/steps.ts';
import { definitionOf, limitsOf, type ActivityDeps } from './deps.ts';
import { withCodes } from './failures.ts';
import { summarises } from './past.ts';

/** Finds the agent and enters the session in the store; refuses an id that was used and closed before. */
export async function openSession(deps: ActivityDeps, input: OpenSessionInput): Promise<OpenedSession> {
  return await withCodes(async () => {
    const agent = deps.agents.get(input.agent);
    if (agent === undefined) {
      const known = [...deps.agents.keys()].join(', ');
      const hint = didYouMean(input.agent, deps.agents.keys());
      throw new LoadlineError(
        'UnknownAgent',
        `There is no agent ${input.agent}${hint || ';'} the worker's config has ${known}`,
      );
    }
    const { sessionId, user, tenant, metadata, accepted } = input;
    const misfit = orderProblemOf(applyLimits(limitsOf(agent.spec), input.limits ?? {}).thresholds);
    if (misfit !== null) throw errorOf(misfit);
    if (input.from !== undefined) {
      if (!summarises(agent.spec)) throw withoutSummaries(input.agent, input.from);
      await checkSource(deps, input, input.from);
    }
    const { session } = await deps.store.openSession({
      sessionId,
      agent: input.agent,
      user: user ?? null,
      tenant: tenant ?? null,
      metadata: metadata ?? null,
      ...(input.from === undefined ? {} : { continues: input.from }),
      at: new Date().toISOString(),
    });
    if (session.status !== 'open') {
      throw errorOf(closedFacts(session));
    }
    if (session.agent !== input.agent) {
      throw new LoadlineError('SessionExists', `Session ${sessionId} belongs to agent ${session.agent}`);
    }
    if (session.totals.runs > accepted) {
      const reason = 'the workflow of the session was terminated or deleted';
      await closeSession(deps, { sessionId, status: 'failed', reason });
      throw errorOf(closedFacts({ sessionId, closedAt: null, closedReason: reason }));
    }
    return {
      definition: definitionOf(agent),
      context: session.context,
      totals: session.totals,
      searchAttributes: deps.searchAttributes,
    };
  });
}

/** What was said to one user is no other's to carry on. */
async function checkSource(deps: ActivityDeps, input: OpenSessionInput, from: string): Promise<void> {
  const source = await deps.store.session(from);
  if (source === null) throw new LoadlineError('SessionNotFound', `There is no session ${from} to carry on`);
  const { user = null, tenant = null } = input;
  if (source.user === user && source.tenant === tenant) return;
  throw new LoadlineError(
    'Forbidden',
    `Session ${from} belongs to another user or tenant; the session that carries it on must name the same`,
  );
}

function withoutSummaries(agent: string, from: string): LoadlineError {
  return new LoadlineError(
    'ConfigInvalid',
    `Agent ${agent} keeps no summaries (its summary or history is false), so it can't carry on session ${from}. Name another agent`,
  );
}

function errorOf({ code, message, details }: ErrorFacts): LoadlineError {
  return new LoadlineError(code, message, details);
}

/** The stored result of a run that ended, for a message id that comes again. */
export async function storedResult(
  deps: ActivityDeps,
  { sessionId, runId }: { readonly sessionId: string; readonly runId: string },
): Promise<RunResult> {
  return await withCodes(async () => {
    const run = await deps.store.run(sessionId, runId);
    if (run?.result != null) return run.result;
    throw new LoadlineError('RunNotFound', `The store holds no result of run ${runId}`);
  });
}

export async function closeSession(deps: ActivityDeps, input: CloseSessionInput): Promise<Totals> {
  const { sessionId, status, reason } = input;
  return await deps.store.closeSession({ sessionId, status, reason: reason ?? null, at: new Date().toISOString() });
}
