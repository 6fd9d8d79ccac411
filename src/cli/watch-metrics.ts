import { createLogUpdate } from 'log-update';
import type { Session } from '../client/api.ts';
import { defaultThresholds } from '../domain/agent.ts';
import { isDelta } from '../domain/events.ts';
import type { SessionMetrics } from '../domain/metrics.ts';
import { exitCodes } from './exit-codes.ts';
import { print, printJsonLine } from './output.ts';
import { hasStyles } from './terminal/colours.ts';
import { describeMetrics } from './terminal/describe-metrics.ts';
import { guarded } from './terminal/neutral.ts';

/** However much happens, what is shown stands still for so long. */
const shownForMs = 250;

/**
 * Shows a session's metrics anew whenever something happens after event `afterId`, until it is closed or Ctrl-C is
 * pressed: drawn in place on a terminal, else one table, or with `json` one line, after the other.
 */
export async function watchMetrics(session: Session, afterId: number, json: boolean): Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  let failure: unknown = null;
  const interrupt = (): void => {
    process.exitCode = exitCodes.interrupted;
    ending.abort();
  };
  const fail = (error: unknown): void => {
    failure = error;
    ending.abort();
  };
  const show = json ? printJsonLine : await showTable(session);
  const draw = async (): Promise<void> => show(await session.metrics());
  let changed = false;
  const drawing = setInterval(() => {
    if (changed) draw().catch(fail);
    changed = false;
  }, shownForMs);
  process.once('SIGINT', interrupt);
  try {
    await draw();
    for await (const event of session.events({ afterId, signal })) {
      changed ||= !isDelta(event);
      if (event.type === 'session.closed') return await draw();
    }
    if (failure !== null) throw failure;
  } finally {
    clearInterval(drawing);
    process.off('SIGINT', interrupt);
  }
}

/** Draws tables over one another on a terminal that can; elsewhere one follows the other. */
async function showTable(session: Session): Promise<(metrics: SessionMetrics) => void> {
  const state = await session.state().catch(() => null);
  const marks = (state?.thresholds ?? defaultThresholds).context;
  const inPlace = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  if (!inPlace) return (metrics) => print(describeMetrics(metrics, marks));
  const update = createLogUpdate(process.stdout, { showCursor: true });
  return (metrics) => update(guarded(describeMetrics(metrics, marks), hasStyles(process.stdout)));
}
