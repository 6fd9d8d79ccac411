import { closedFacts } from '../domain/closed-words.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { SessionRow } from '../store/store.ts';

/** What who addresses a closed session is told when its workflow is no longer there to say it. */
export function closedError(session: SessionRow): LoadlineError {
  const { code, message, details } = closedFacts(session);
  return new LoadlineError(code, message, details);
}
