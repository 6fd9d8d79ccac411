import type { SessionDetails } from '../../client/api.ts';
import type { SummaryInForce } from '../../domain/session.ts';
import { gaugeWithPercent } from './closing-line.ts';
import { paint } from './colours.ts';
import { paintStatus } from './describe-sessions.ts';
import { describeWaiting } from './describe-waiting.ts';
import { describePlan } from './describe-plan.ts';
import { fields } from './fields.ts';
import { count } from '../../domain/figures.ts';
import { neutral } from './neutral.ts';
import { screenWidth } from './screen.ts';
import { wrap } from './wrap.ts';

/** What a session does and waits for, what its latest request was made of, and the summary in its context. */
export function describeState(state: SessionDetails): string {
  const { currentRun, queue, contextTokens, contextWindow, contextUse, thresholds, waitingFor, summary, plan } = state;
  const run =
    currentRun === null
      ? 'none in progress'
      : `${currentRun.runId} is ${currentRun.status}: ${count(currentRun.calls)} calls, ${count(currentRun.toolCalls)} tool calls`;
  const list = fields(
    [
      [
        'session',
        `${paint('bold', state.sessionId)}${state.simulated === true ? `  ${paint('yellow', 'simulated')}` : ''}`,
      ],
      ['status', paintStatus(state.status)],
      ['because', state.reason === undefined ? null : neutral(state.reason)],
      ['agent', state.agent],
      ['user', state.user ?? null],
      ['tenant', state.tenant ?? null],
      ['carries on', state.continues],
      ['context', gaugeWithPercent({ use: contextUse, marks: thresholds.context })],
      ['', `${count(contextTokens)} of ${count(contextWindow)} tokens`],
      ['runs', count(state.runs)],
      ['run', run],
      ['queue', queue.length === 0 ? null : queue.map(({ runId }) => runId).join(', ')],
      ['waits for', waitingFor.length === 0 ? null : describeWaiting(waitingFor, Date.now())],
      ['thresholds', state.thresholdsFired.length === 0 ? null : state.thresholdsFired.join(', ')],
      ['compaction', state.compacting ? 'under way, or at the next step' : null],
      ['not compacted', state.compactionProblem],
    ],
    screenWidth(),
  );
  return [
    list,
    ...(plan === null ? [] : ['', describePlan(plan)]),
    ...(summary === null ? [] : ['', describeSummary(summary, state.continues)]),
  ].join('\n');
}

function describeSummary(
  { text, tokens, model, firstSeq, lastSeq, throughRun }: SummaryInForce,
  continues: string | null,
): string {
  const messages = `messages ${firstSeq} to ${lastSeq}`;
  const of = throughRun === 0 && continues !== null ? `${messages} of ${continues}` : messages;
  const head = wrap(`Summary of ${of} (${count(tokens)} tokens, by ${model}):`, screenWidth());
  const body = neutral(text)
    .split('\n')
    .flatMap((line) => wrap(line, screenWidth()));
  return [...head.map((line) => paint('dim', line)), ...body].join('\n');
}
