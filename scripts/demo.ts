/**
 * `npm run demo`: a session whose worker is killed in mid-call, and three counts of what it cost. No key is used. Exits
 * with 1 when anything that it claims does not hold.
 */
import { AnswerPrinter } from '../src/cli/terminal/answer-printer.ts';
import { closingLine } from '../src/cli/terminal/closing-line.ts';
import { paint } from '../src/cli/terminal/colours.ts';
import { count } from '../src/domain/figures.ts';
import { table } from '../src/cli/terminal/table.ts';
import type { Session } from '../src/client/index.ts';
import type { RunEvent } from '../src/domain/events.ts';
import { fact, heading, Paragraph, print } from './demo/screen.ts';
import { setStage, type Stage, type WorkerProcess } from './demo/stage.ts';
import { brokenPromises, compareTotals, type Compared, type Totals } from './demo/totals.ts';

const startedAt = performance.now();
type OnEvent = (event: RunEvent, paragraph: Paragraph) => Promise<void> | void;

const killedQuestion = 'What if your worker is killed while it answers?';
const killedAnswer =
  'Temporal remembers that the call is open, so the next worker takes it up. The ledger charges the lost attempt at ' +
  'the most that it can have cost, and you get your answer once.';

/** Sends a message, shows the answer as it is written, and closes with the gauge. */
async function talk(session: Session, text: string, onEvent: OnEvent = () => {}): Promise<void> {
  heading(`› ${text}`);
  const paragraph = new Paragraph();
  const printer = new AnswerPrinter({
    write: (written, style) => paragraph.write(style === undefined ? written : paint(style, written)),
    reasoning: false,
  });
  const sending = session.send(text);
  for await (const event of sending) {
    printer.take(event);
    await onEvent(event, paragraph);
  }
  const run = await sending;
  printer.end(run.text);
  if (run.status !== 'completed')
    throw new Error(`The run ended as ${run.status}: ${run.error?.message ?? run.reason}`);
  const { contextUse, thresholds } = await session.state();
  print(closingLine({ use: contextUse, marks: thresholds.context }, run.metrics, 80));
}

/** The same, but the worker is killed when the answer has begun; another one takes the call up. */
async function talkWhileKilling(stage: Stage, session: Session, first: WorkerProcess): Promise<WorkerProcess> {
  const { simulator } = stage;
  const match = { text: killedQuestion };
  simulator.script([
    { match, answer: killedAnswer, tokensPerSecond: 8 },
    { match, answer: killedAnswer, times: null },
  ]);
  let worker = first;
  let words = 0;
  let readyAt = 0;
  await talk(session, killedQuestion, async (event, paragraph) => {
    if (event.type === 'text.delta') words += 1;
    if (event.type === 'text.delta' && words === 5) {
      await worker.kill();
      paragraph.write(' …\n');
      fact('✗', 'kill -9', `${worker.pid}: the worker is gone in the middle of its answer`);
      worker = await stage.startWorker();
      readyAt = performance.now();
      fact('✓', 'worker', `${worker.pid}: another one, ready after ${worker.startSeconds.toFixed(1)} s`);
    }
    if (event.type === 'call.started' && event.attempt > 1) {
      const waited = Math.max(0, performance.now() - readyAt) / 1000;
      fact('↻', 'attempt 2', `the call is taken up ${waited.toFixed(1)} s later`);
    }
  });
  if (worker === first) throw new Error('The answer came before the worker could be killed');
  return worker;
}

const verdicts = { equal: paint('green', 'equal'), bound: paint('yellow', 'bill ≤ charge') };

function printTotals({ answered, killed, session }: Totals): void {
  heading('What it cost, counted three times (tokens in and out)');
  const rows: readonly (readonly [string, Compared, string])[] = [
    ['answered calls', answered, verdicts.equal],
    ['killed attempt', killed, verdicts.bound],
    ['session', session, verdicts.bound],
  ];
  const column = (name: keyof Compared) =>
    ({ title: name, align: 'right', value: (row: (typeof rows)[number]) => count(row[1][name]) }) as const;
  const columns = [
    { title: '', value: (row: (typeof rows)[number]) => row[0] },
    column('provider'),
    column('ledger'),
    column('metrics'),
    { title: '', value: (row: (typeof rows)[number]) => row[2] },
  ];
  print(table(columns, rows, 80, (line) => paint('dim', line)));
  print();
  print('The killed attempt never told its usage, so the ledger charges the most that it');
  print('can have cost, and marks it as an estimate: it never says less than the bill.');
}

async function play(stage: Stage): Promise<string[]> {
  fact('✓', 'Temporal', `${stage.temporal.address}: a server of its own, in a temporary folder`);
  fact('✓', 'provider', `${stage.simulator.url}: the simulator, with its own tally`);
  const first = await stage.startWorker();
  fact('✓', 'worker', `${first.pid}: ready after ${first.startSeconds.toFixed(1)} s`);
  const session = stage.client.session('assistant', { user: 'ann' });
  await talk(session, 'My name is Ann and I live in Oslo.');
  await talk(session, 'What is 17 times 23?');
  const second = await talkWhileKilling(stage, session, first);
  await talk(session, 'Where do I live?');
  const totals = compareTotals(stage.simulator.tally(), await stage.store.ledger(session.id), await session.metrics());
  printTotals(totals);
  await second.stop();
  return brokenPromises(totals);
}

/** Slow machines take half of this; past it something is broken, and a demo that waits for ever does not say so. */
const longestMs = 120_000;
setTimeout(() => {
  fact('✗', 'not so', `the demo ends within ${longestMs / 1000} s`);
  process.exit(1);
}, longestMs).unref();

print(`${paint('bold', 'Loadline demo')}: a session outlives its worker, and every token is counted.\n`);
const stage = await setStage((line) => print(paint('dim', line)));
try {
  const broken = await play(stage);
  for (const promise of broken) fact('✗', 'not so', promise);
  if (broken.length > 0) process.exitCode = 1;
} finally {
  await stage.close();
}
print(paint('dim', `\n${((performance.now() - startedAt) / 1000).toFixed(0)} s`));
