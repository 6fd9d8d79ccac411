import type { Session } from '../client/api.ts';
import { defaultThresholds } from '../domain/agent.ts';
import { LoadlineError } from '../domain/errors.ts';
import { toSessionMetrics, type SessionMetrics } from '../domain/metrics.ts';
import type { SessionState } from '../domain/session.ts';
import type { MetricsOptions } from './commands/metrics.ts';
import { note, print, printDocument } from './output.ts';
import { findSessionRow } from './session-id.ts';
import { describeMetrics } from './terminal/describe-metrics.ts';
import { describeWaiting } from './terminal/describe-waiting.ts';
import { watchMetrics } from './watch-metrics.ts';
import { withClient, withStore } from './with-client.ts';

/** Shows a session's metrics: from the session itself, or from the store when no Temporal server answers. */
export async function showMetrics(id: string, options: MetricsOptions): Promise<void> {
  try {
    await withClient(options, async (client) => {
      const session = await client.session(id);
      const row = await client.backend.store.session(session.id);
      if (options.watch === true && row?.status === 'open') {
        return await watchMetrics(session, row.lastEventId, options.json === true);
      }
      const metrics = await session.metrics();
      if (options.json === true) return printDocument(metrics);
      const { thresholds, waitingFor = [] } = (await stateOf(session)) ?? {};
      print(describeMetrics(metrics, (thresholds ?? defaultThresholds).context));
      if (waitingFor.length > 0) print(`It waits for ${describeWaiting(waitingFor, Date.now())}.`);
    });
  } catch (error) {
    if (!(error instanceof LoadlineError) || error.code !== 'TemporalUnavailable' || options.watch === true)
      throw error;
    const metrics = await fromStore(id, options);
    if (options.json === true) return printDocument(metrics);
    note('No Temporal server answers; this is from the store.');
    print(describeMetrics(metrics, defaultThresholds.context));
  }
}

async function fromStore(id: string, options: MetricsOptions): Promise<SessionMetrics> {
  return await withStore(options, async (store) => {
    const row = await findSessionRow(store, id);
    return toSessionMetrics(row.sessionId, row.totals, row.context, row.members);
  });
}

/** A session that has closed meanwhile may have nobody to ask. */
async function stateOf(session: Session): Promise<SessionState | null> {
  return await session.state().catch(() => null);
}
