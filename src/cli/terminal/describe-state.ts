import type { SessionState } from '../../domain/session.ts';
import { gaugeWithPercent } from './closing-line.ts';
import { paint } from './colours.ts';
import { paintStatus } from './describe-sessions.ts';
import { describeWaiting } from './describe-waiting.ts';
import { fields } from './fields.ts';
import { count } from './numbers.ts';
import { screenWidth } from './screen.ts';

/** What a session does and waits for. */
export function describeState(state: SessionState): string {
  const { currentRun, queue, contextTokens, contextWindow, contextUse, thresholds, waitingFor } = state;
  const run =
    currentRun === null
      ? 'none in progress'
      : `${currentRun.runId} is ${currentRun.status}: ${count(currentRun.calls)} calls, ${count(currentRun.toolCalls)} tool calls`;
  return fields(
    [
      [
        'session',
        `${paint('bold', state.sessionId)}${state.simulated === true ? `  ${paint('yellow', 'simulated')}` : ''}`,
      ],
      ['status', paintStatus(state.status)],
      ['because', state.reason ?? null],
      ['agent', state.agent],
      ['user', state.user ?? null],
      ['tenant', state.tenant ?? null],
      ['context', gaugeWithPercent({ use: contextUse, marks: thresholds.context })],
      ['', `${count(contextTokens)} of ${count(contextWindow)} tokens`],
      ['runs', count(state.runs)],
      ['run', run],
      ['queue', queue.length === 0 ? null : queue.map(({ runId }) => runId).join(', ')],
      ['waits for', waitingFor.length === 0 ? null : describeWaiting(waitingFor, Date.now())],
      ['thresholds', state.thresholdsFired.length === 0 ? null : state.thresholdsFired.join(', ')],
      ['summary', state.summary?.text ?? null],
    ],
    screenWidth(),
  );
}
