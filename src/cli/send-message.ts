import type { AgentRunResult, Sending, Session } from '../client/api.ts';
import { approvalsIn } from '../domain/approval.ts';
import { shellWord } from '../domain/shell-word.ts';
import { defaultThresholds } from '../domain/agent.ts';
import type { SendCommandOptions } from './commands/send.ts';
import { cancelOwnRun } from './cancel-own-run.ts';
import { exitCodeOfRun, exitCodes } from './exit-codes.ts';
import { failureLine } from './failure.ts';
import { messageContent, sessionFor } from './message.ts';
import { askApprovals, canAsk } from './ask-approvals.ts';
import { note, print, printDocument, printJsonLine, write } from './output.ts';
import { asPasted, ownCommand } from './own-command.ts';
import { AnswerPrinter } from './terminal/answer-printer.ts';
import { closingLine, type ContextGauge } from './terminal/closing-line.ts';
import { paint } from './terminal/colours.ts';
import { describeWaiting } from './terminal/describe-waiting.ts';
import { neutral } from './terminal/neutral.ts';
import { ThresholdWarnings } from './terminal/threshold-warnings.ts';
import { screenWidth } from './terminal/screen.ts';
import { withClient } from './with-client.ts';

type Result = AgentRunResult<unknown>;

/** Sends a message and shows what comes of it. */
export async function sendMessage(id: string, text: string, options: SendCommandOptions): Promise<void> {
  const content = await messageContent(text, options);
  await withClient(options, async (client) => {
    const session = await sessionFor(client, id, options);
    let sending = session.send(content, options.messageId === undefined ? {} : { messageId: options.messageId });
    const printer = new AnswerPrinter({
      write: (text, style) => write(style === undefined ? neutral(text) : paint(style, neutral(text))),
      reasoning: process.stdout.isTTY === true,
    });
    const interruption = onInterrupt(() => {
      printer.interrupt();
      note('Cancelling the run; Ctrl-C again leaves at once.');
      return cancelOwnRun(session, sending.messageId, 'interrupted at the command line');
    });
    const warnings = new ThresholdWarnings();
    try {
      let result = await show(sending, printer, warnings, options);
      while (asksHere(result, options) && !interruption.happened()) {
        const answered = await askApprovals(session, result);
        if (interruption.happened()) await interruption.cancelled();
        else if (!answered) break;
        sending = session.send(content, { messageId: sending.messageId });
        result = await show(sending, printer, warnings, options);
      }
      if (options.json === true || options.stream === true) showJson(result, options);
      else await showEnd(session, result, warnings);
      process.exitCode = interruption.happened() ? exitCodes.interrupted : exitCodeOfRun(result.status);
    } catch (error) {
      if (!interruption.happened()) throw error;
      process.exitCode = exitCodes.interrupted;
    } finally {
      interruption.end();
    }
  });
}

function asksHere({ status, waitingFor = [] }: Result, { json, stream }: SendCommandOptions): boolean {
  return status === 'waiting' && approvalsIn(waitingFor).length > 0 && json !== true && stream !== true && canAsk();
}

async function show(
  sending: Sending<unknown>,
  printer: AnswerPrinter,
  warnings: ThresholdWarnings,
  options: SendCommandOptions,
): Promise<Result> {
  if (options.stream === true) {
    for await (const event of sending) printJsonLine(event);
    return await sending;
  }
  if (options.json === true) return await sending;
  for await (const event of sending) {
    printer.take(event);
    warnings.take(event);
  }
  const result = await sending;
  printer.end(printer.interrupted && result.status === 'cancelled' ? '' : result.text);
  return result;
}

function showJson(result: Result, options: SendCommandOptions): void {
  if (options.stream === true) printJsonLine(result);
  else printDocument(result);
}

async function showEnd(session: Session, result: Result, warnings: ThresholdWarnings): Promise<void> {
  const { status, error, reason } = result;
  if (error !== undefined) note(failureLine(error));
  else if (status === 'waiting') note(waitingLine(result));
  else if (status !== 'completed') note(`${paint('yellow', `${status}:`)} ${reason ?? 'no reason was given'}`);
  for (const line of warnings.lines()) note(asPasted(line));
  print(closingLine(await contextOf(session), result.metrics, screenWidth()));
}

/** What it waits for, and what a person can do about it. */
function waitingLine({ sessionId, waitingFor = [], reason }: Result): string {
  const what = describeWaiting(waitingFor, Date.now());
  const why = reason === undefined ? '' : `. ${asPasted(reason)}`;
  const next = approvalsIn(waitingFor).map(
    ({ callId }) => `\nApprove it with: ${ownCommand()} approve ${shellWord(sessionId)} ${callId}   (or add --deny)`,
  );
  return `${paint('yellow', 'waiting')} for ${what}${why}${next.join('')}`;
}

/** A session that has closed meanwhile may have nobody to ask; then the gauge is empty. */
async function contextOf(session: Session): Promise<ContextGauge> {
  try {
    const { contextUse, thresholds } = await session.state();
    return { use: contextUse, marks: thresholds.context };
  } catch {
    return { use: null, marks: defaultThresholds.context };
  }
}

/** The first Ctrl-C asks for the run to be cancelled, and its end is waited for; the second ends the process. */
function onInterrupt(cancel: () => Promise<void>): { happened(): boolean; cancelled(): Promise<void>; end(): void } {
  let cancelling: Promise<void> | null = null;
  const onSignal = (): void => {
    if (cancelling !== null) process.exit(exitCodes.interrupted);
    cancelling = cancel().catch(() => process.exit(exitCodes.interrupted));
  };
  process.on('SIGINT', onSignal);
  return {
    happened: () => cancelling !== null,
    cancelled: async () => {
      await cancelling;
    },
    end: () => void process.off('SIGINT', onSignal),
  };
}
