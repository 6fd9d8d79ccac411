import type { Connection } from './database.ts';
import { messagesOfRuns } from './message-queries.ts';
import { toStoredMessage } from './records.ts';
import { runSizesBefore } from './run-queries.ts';
import type { HistoryBounds, HistoryRun, StoredMessage } from './store.ts';

/** Runs looked at in a step back; what is asked for is mostly less. */
const stepOfRuns = 64;

/** The newest whole runs within the bounds, oldest first. Goes back only as far as they reach. */
export async function readHistory(
  connection: Connection,
  sessionId: string,
  { afterNumber = 0, beforeNumber, maxRuns, maxTokens }: HistoryBounds,
): Promise<readonly HistoryRun[]> {
  const chosen: { runId: string; number: number; status: HistoryRun['status']; messages: StoredMessage[] }[] = [];
  let tokensLeft = maxTokens ?? Infinity;
  let next = beforeNumber;
  let more = true;
  while (more) {
    const limit = Math.min(stepOfRuns, (maxRuns ?? Infinity) - chosen.length);
    const sizes =
      limit > 0 ? await connection.all(runSizesBefore, { sessionId, afterNumber, beforeNumber: next, limit }) : [];
    more = sizes.length === stepOfRuns;
    for (const { run_id, number, status, tokens } of sizes) {
      if (tokens > tokensLeft) {
        more = false;
        break;
      }
      tokensLeft -= tokens;
      next = number;
      chosen.unshift({ runId: run_id, number, status, messages: [] });
    }
  }
  const [oldest] = chosen;
  const newest = chosen.at(-1);
  if (oldest === undefined || newest === undefined) return [];
  const byNumber = new Map(chosen.map((run) => [run.number, run]));
  const records = await connection.all(messagesOfRuns, { sessionId, first: oldest.number, last: newest.number });
  for (const record of records) byNumber.get(record.run_number)?.messages.push(toStoredMessage(record));
  return chosen;
}
