import type { AgentRunResult } from '../../client/api.ts';
import type { AnswerStep } from './step.ts';

/** A stream's headers go out after this at the latest. */
const patienceMs = 2_000;

/**
 * Waits until there is something to tell, for a while: what is refused before that can still be a status instead of an
 * error in the middle of a stream.
 *
 * @param refusalOf what a run is to the client that ended before there was anything to tell; `null`: an answer
 * @throws that, or what the steps throw before the first that tells something
 */
export async function afterFirstSubstance(
  steps: AsyncGenerator<AnswerStep>,
  refusalOf: (result: AgentRunResult<unknown>) => unknown,
): Promise<AsyncGenerator<AnswerStep>> {
  const read: AnswerStep[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), patienceMs);
  });
  try {
    for (;;) {
      const next = steps.next();
      const first = await Promise.race([next, late]);
      if (first === 'late') return resume(read, next, steps);
      if (first.done === true) return resume(read, null, steps);
      const refusal = first.value.type === 'ended' ? refusalOf(first.value.result) : null;
      if (refusal !== null) throw refusal;
      read.push(first.value);
      if (first.value.type !== 'started' && first.value.type !== 'event') return resume(read, null, steps);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function* resume(
  read: readonly AnswerStep[],
  pending: Promise<IteratorResult<AnswerStep>> | null,
  rest: AsyncGenerator<AnswerStep>,
): AsyncGenerator<AnswerStep> {
  // Its failure is this generator's to tell, when it is asked.
  pending?.catch(() => undefined);
  try {
    yield* read;
    const next = await pending;
    if (next != null && next.done !== true) yield next.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
