import { randomBytes } from 'node:crypto';
import type { Config } from '../config/index.ts';
import { sessionProblem } from '../domain/admission.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { SessionInput } from '../domain/session.ts';
import type { Session, SessionApi, SessionOptions } from './api.ts';
import type { Backend } from './backend.ts';
import { createBudgetApi } from './budgets.ts';
import { listSessions } from './reading.ts';
import { TemporalSession } from './session.ts';
import { createUsageApi } from './usage.ts';

/** Short enough to type, and never two alike: 48 random bits. */
function newSessionId(): string {
  return `s-${BigInt(`0x${randomBytes(6).toString('hex')}`)
    .toString(36)
    .padStart(10, '0')}`;
}

function inputOf(agent: string, options: SessionOptions): SessionInput {
  const { id, ...rest } = options;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const input: SessionInput = { sessionId: id ?? newSessionId(), agent, ...given };
  const problem = sessionProblem(input);
  if (problem !== null) throw new LoadlineError(problem.code, problem.message, problem.details);
  return input;
}

/** Sessions over a backend that is connected at the first use. */
export function createSessionApi<C extends Config>(backend: () => Promise<Backend>): SessionApi<C> {
  return {
    session(agent, options = {}) {
      const input = inputOf(agent, options);
      return new TemporalSession(backend, input.sessionId, input) as unknown as Session<never>;
    },
    existing: (sessionId) => new TemporalSession(backend, sessionId, null),
    sessions: async (query = {}) => await listSessions((await backend()).store, query),
    budgets: createBudgetApi(async () => (await backend()).store),
    usage: createUsageApi(backend),
    close: async () => await (await backend()).close(),
  };
}
