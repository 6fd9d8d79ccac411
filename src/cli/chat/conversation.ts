import type { Session, SessionDetails } from '../../client/api.ts';
import { approvalsIn } from '../../domain/approval.ts';
import type { RunEvent } from '../../domain/events.ts';
import { textOfMessage } from '../../domain/message-text.ts';
import type { RunResult, WaitingFor } from '../../domain/run.ts';
import type { RunStore } from '../../store/store.ts';
import { approvalQuestion } from '../ask-approvals.ts';
import { cancelOwnRun } from '../cancel-own-run.ts';
import { failureLine, failureOf } from '../failure.ts';
import { asPasted } from '../own-command.ts';
import { AnswerPrinter } from '../terminal/answer-printer.ts';
import { spentParts } from '../terminal/closing-line.ts';
import { describeCompaction } from '../terminal/describe-compaction.ts';
import { neutral } from '../terminal/neutral.ts';
import { inWords } from '../../domain/figures.ts';
import { ThresholdWarnings } from '../terminal/threshold-warnings.ts';
import type { ChatView } from './chat-view.ts';
import { describeBudgetEvent } from './describe-event.ts';
import { SessionGauge } from './session-gauge.ts';

/** A run as it is shown. */
interface ShownRun {
  readonly runId: string;
  readonly startedAt: number;
  readonly printer: AnswerPrinter;
  readonly warnings: ThresholdWarnings;
  cancelling: boolean;
  /** The tool that it is in. */
  tool: string | null;
  /** The end of the wait for a budget; `undefined`: it waits for none. */
  budget: { readonly until: string | undefined } | null;
}

/** A tool call that somebody was asked about. */
export interface Question extends WaitingFor {
  readonly callId: string;
  /** When it was shown, milliseconds since the epoch. */
  readonly askedAt: number;
}

const cancelReason = 'interrupted in the chat';

/** One session as it happens: its events become lines of a view, whoever caused them. */
export class Conversation {
  readonly #session: Session;
  readonly #store: Pick<RunStore, 'runs' | 'messagesOfRun'>;
  readonly #view: ChatView;
  /** Messages on their way whose run has not begun, by their ids. */
  readonly #outgoing = new Map<string, string>();
  #run: ShownRun | null = null;
  #questions: readonly Question[] = [];
  readonly gauge: SessionGauge;
  /** The model that was asked last. */
  model: string | null = null;
  compacting = false;

  constructor(session: Session, store: Pick<RunStore, 'runs' | 'messagesOfRun'>, view: ChatView) {
    this.#session = session;
    this.#store = store;
    this.#view = view;
    this.gauge = new SessionGauge(session, () => view.changed());
  }

  /** Texts of messages that wait for the run before them. */
  get queued(): readonly string[] {
    return this.#run === null ? [] : [...this.#outgoing.values()];
  }

  /** Tool calls that wait for somebody's word, the first asked first. */
  get questions(): readonly Question[] {
    return this.#questions;
  }

  get isBusy(): boolean {
    return this.#run !== null || this.#outgoing.size > 0;
  }

  /** What the session does, in a few words; `null`: nothing. */
  doing(now: number): string | null {
    const run = this.#run;
    const queued = this.queued.length === 0 ? '' : `, ${this.queued.length} queued`;
    if (this.#questions.length > 0) return `waits for your word${queued}`;
    if (run === null) return this.#outgoing.size > 0 ? 'sending' : this.compacting ? 'compacting' : null;
    if (run.cancelling) return `cancelling${queued}`;
    if (run.budget !== null) {
      const { until } = run.budget;
      return `waits for a budget${until === undefined ? '' : `, resets ${inWords(until, now)}`}${queued}`;
    }
    return `${run.tool ?? 'answering'} ${Math.max(0, Math.round((now - run.startedAt) / 1000))} s${queued}`;
  }

  /** Shows the latest run that has ended, for whoever comes back. */
  async recall(): Promise<void> {
    const [latest] = await this.#store.runs(this.#session.id, { limit: 1 });
    if (latest === undefined || latest.result === null) return;
    this.#view.said(await this.#textOf(latest.runId));
    new AnswerPrinter(this.#view.answer).end(latest.result.text);
    this.#view.note(spentParts(latest.result.metrics).join(' · '), 'dim');
  }

  /** Shows what happens from event `afterId` on, until the session closes or the signal aborts. */
  async follow(state: SessionDetails, afterId: number, signal: AbortSignal): Promise<void> {
    const { currentRun, waitingFor } = state;
    if (currentRun !== null) await this.#begin(currentRun.runId, currentRun.messageId, Date.now());
    for (const call of approvalsIn(waitingFor)) this.#ask(call);
    this.gauge.refresh();
    for await (const event of this.#session.events({ afterId, signal })) {
      await this.#take(event);
      if (event.type === 'session.closed') return;
    }
  }

  send(text: string): void {
    const sending = this.#session.send(text);
    const { messageId } = sending;
    this.#outgoing.set(messageId, text);
    this.#view.changed();
    sending.then(undefined, (error: unknown) => {
      if (this.#outgoing.delete(messageId)) this.#view.said(text);
      this.#view.note(failureLine(failureOf(error)));
    });
  }

  /** Cancels the run in progress, or the message that is on its way; `false`: there is nothing to cancel. */
  cancel(): boolean {
    const run = this.#run;
    const [next] = this.#outgoing.keys();
    if (run === null ? next === undefined : run.cancelling) return false;
    run?.printer.interrupt();
    if (run !== null) run.cancelling = true;
    const cancelled =
      run === null
        ? cancelOwnRun(this.#session, next ?? '', cancelReason)
        : this.#session.cancel({ runId: run.runId, reason: cancelReason });
    cancelled.catch((error: unknown) => this.#view.note(failureLine(failureOf(error))));
    this.#view.changed();
    return true;
  }

  /** A person's word on a tool call. */
  async decide(callId: string, approved: boolean, reason?: string): Promise<void> {
    await this.#session.approve({ callId, approved, ...(reason === undefined ? {} : { reason }) });
    this.#answered(callId);
  }

  async #take(event: RunEvent): Promise<void> {
    const run = this.#run !== null && event.runId === this.#run.runId ? this.#run : null;
    run?.printer.take(event);
    run?.warnings.take(event);
    switch (event.type) {
      case 'run.started':
        if (isOwnRun(event)) await this.#begin(event.runId ?? '', event.messageId, Date.parse(event.at));
        break;
      case 'call.started':
        if (run === null || event.modelType === 'summaryModel') break;
        this.model = event.model;
        run.budget = null;
        break;
      case 'tool.started':
        if (run !== null) run.tool = event.tool;
        break;
      case 'tool.ended':
        if (run !== null) run.tool = null;
        break;
      case 'approval.requested':
        this.#ask(event.waitingFor);
        break;
      case 'approval.decided':
        this.#answered(event.callId);
        this.#view.note(`${event.approved ? 'Approved' : 'Denied'}.`, 'dim');
        break;
      case 'threshold.reached':
        if (run === null) this.#warn(event);
        break;
      case 'budget.warned':
      case 'budget.overrun':
        this.#view.note(describeBudgetEvent(event), 'yellow');
        break;
      case 'budget.waiting':
        this.#view.note(asPasted(describeBudgetEvent(event)), 'yellow');
        break;
      case 'run.waiting':
        this.#waits(run, event.waitingFor);
        break;
      case 'compaction.ended':
        if (run === null) this.#view.note(describeCompaction(event), 'dim');
        break;
      case 'run.ended':
        if (isOwnRun(event)) this.#end(event.result);
        break;
      default:
    }
    if (refreshing.has(event.type)) this.gauge.refresh();
    this.#view.changed();
  }

  async #begin(runId: string, messageId: string, startedAt: number): Promise<void> {
    const text = this.#outgoing.get(messageId) ?? (await this.#textOf(runId));
    this.#outgoing.delete(messageId);
    this.#view.said(text);
    const printer = new AnswerPrinter(this.#view.answer);
    const warnings = new ThresholdWarnings();
    this.#run = { runId, startedAt, printer, warnings, cancelling: false, tool: null, budget: null };
  }

  /** A message that came from elsewhere. */
  async #textOf(runId: string): Promise<string> {
    const [first] = await this.#store.messagesOfRun(this.#session.id, runId);
    return first === undefined ? '' : textOfMessage(first);
  }

  #ask(call: WaitingFor): void {
    const { callId } = call;
    if (callId === undefined || this.#questions.some((one) => one.callId === callId)) return;
    this.#questions = [...this.#questions, { ...call, callId, askedAt: Date.now() }];
    this.#view.note(`${approvalQuestion(call)} y or n, then Enter.`, 'yellow');
  }

  #answered(callId: string): void {
    this.#questions = this.#questions.filter((one) => one.callId !== callId);
    this.#view.changed();
  }

  #waits(run: ShownRun | null, waitingFor: readonly WaitingFor[]): void {
    const budget = waitingFor.find(({ kind }) => kind === 'budget');
    if (run !== null && budget !== undefined) run.budget = { until: budget.until };
  }

  #warn(event: RunEvent): void {
    const warnings = new ThresholdWarnings();
    warnings.take(event);
    this.#tell(warnings);
  }

  #tell(warnings: ThresholdWarnings): void {
    for (const line of warnings.lines()) this.#view.note(asPasted(line));
  }

  #end(result: RunResult): void {
    const { runId, messageId, status, text, error, reason, metrics } = result;
    const run = this.#run?.runId === runId ? this.#run : null;
    const unsaid = this.#outgoing.get(messageId);
    if (this.#outgoing.delete(messageId) && unsaid !== undefined) this.#view.said(unsaid);
    run?.printer.end(run.cancelling && status === 'cancelled' ? '' : text);
    if (run !== null) this.#run = null;
    this.#questions = [];
    if (error !== undefined) this.#view.note(failureLine(error));
    else if (status !== 'completed')
      this.#view.note(`${status}: ${neutral(reason ?? 'no reason was given')}`, 'yellow');
    if (run !== null) this.#tell(run.warnings);
    if (metrics.calls > 0 || metrics.failedAttempts > 0) this.#view.note(spentParts(metrics).join(' · '), 'dim');
  }
}

/** Events after which the gauge may stand elsewhere. */
const refreshing = new Set<RunEvent['type']>(['call.ended', 'compaction.ended', 'run.ended', 'threshold.reached']);

/** The runs of a session are numbered; those of a team's members have names below them. */
function isOwnRun({ sessionId, runId = '' }: RunEvent): boolean {
  return runId.startsWith(`${sessionId}.`) && /^\d+$/.test(runId.slice(sessionId.length + 1));
}
