import type { LedgerQuery } from '../client/inspect-api.ts';
import { inspectSession } from '../client/inspect.ts';
import { splitModelRef } from '../domain/model.ts';
import type { LedgerOptions } from './commands/ledger.ts';
import { print, printDocument } from './output.ts';
import { ownCommand } from './own-command.ts';
import { findSessionRow } from './session-id.ts';
import { describeLedger } from './terminal/describe-ledger.ts';
import { screenWidth } from './terminal/screen.ts';
import { withStore } from './with-client.ts';

/** Shows rows of a session's ledger with their sum. */
export async function showLedger(id: string, options: LedgerOptions): Promise<void> {
  await withStore(options, async (store) => {
    const { sessionId } = await findSessionRow(store, id);
    const inspect = inspectSession(() => Promise.resolve({ store }), sessionId);
    const view = await inspect.ledger(queryOf(sessionId, options));
    if (options.json === true) return printDocument({ sessionId, ...view });
    print(describeLedger(view, screenWidth()));
    if (view.cursor !== null) print(`More: ${ownCommand()} ledger ${sessionId} --after ${view.cursor}`);
  });
}

function queryOf(
  sessionId: string,
  { run, call, type, model, member, state, limit, after }: LedgerOptions,
): LedgerQuery {
  return {
    ...(run === undefined ? {} : { runId: /^\d+$/.test(run) ? `${sessionId}.${run}` : run }),
    ...(call === undefined ? {} : { callId: call }),
    ...(type === undefined ? {} : { modelType: type }),
    ...(model === undefined ? {} : splitModelRef(model)),
    ...(member === undefined ? {} : { member }),
    ...(state === undefined ? {} : { state }),
    ...(after === undefined ? {} : { after }),
    limit: Math.min(limit, 2000),
  };
}
