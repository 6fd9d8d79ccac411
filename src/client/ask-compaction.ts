import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CompactionResult } from '../domain/compaction.ts';
import { LoadlineError } from '../domain/errors.ts';
import { workflowIdOf, type CompactRequest } from '../domain/session.ts';
import type { Backend } from './backend.ts';
import { patiently } from './patiently.ts';
import { isLeftBehind, toLoadlineError } from './temporal-errors.ts';

/** A roll-over takes a moment; its successor takes the request. */
const rollOverMs = 20;

/** Asks for a compaction and waits for it. The update keeps its id over broken connections, so that it is done once. */
export async function askCompaction(
  { temporal }: Pick<Backend, 'temporal'>,
  sessionId: string,
  request: CompactRequest,
): Promise<CompactionResult> {
  const update = { updateId: `compact-${randomUUID()}`, args: [request] as [CompactRequest] };
  for (;;) {
    try {
      return await patiently(() =>
        temporal.workflow
          .getHandle(workflowIdOf(sessionId))
          .executeUpdate<CompactionResult, [CompactRequest]>('compact', update),
      );
    } catch (error) {
      const known = toLoadlineError(error);
      const again = isLeftBehind(error) || (known instanceof LoadlineError && known.code === 'SessionRollingOver');
      if (!again) throw error;
      await sleep(rollOverMs);
    }
  }
}
