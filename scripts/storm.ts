/**
 * The long storms: `npm run storm` (200 sessions on a budget for a third of what they want, two workers, kill -9), and
 * `npm run storm -- streams` (500 readers of 50 sessions, worker and server killed in turn).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporal } from '../src/worker/temporal-server/index.ts';
import { runStorm } from '../test/storm/storm.ts';
import { runStreamStorm } from '../test/storm/streams.ts';

const [asked] = process.argv.slice(2);

/** @returns the laws that were broken. */
async function onBudget(temporalAddress: string): Promise<string[]> {
  const limit = 70_000;
  const report = await runStorm({
    temporalAddress,
    sessions: 200,
    messagesEach: 5,
    workers: 2,
    kills: 12,
    killEveryMs: 4_000,
    limit,
    seed: Number(asked ?? Date.now() % 1_000_000),
  });
  console.log({ limit, ...report });
  return [
    report.highest > limit ? 'the budget was passed' : '',
    report.stillReserved > 0 ? 'rows are still reserved' : '',
    report.wrong.length > 0 ? 'settled rows differ from the provider' : '',
    report.other.length > 0 ? 'runs ended otherwise than answered or refused' : '',
    report.lost > report.inFlightAtKills
      ? 'more attempts were lost than were in flight on workers that were killed'
      : '',
    report.chargedUnsettled < report.billedUnsettled
      ? 'less is charged for lost and failed attempts than was billed'
      : '',
  ].filter((fault) => fault !== '');
}

async function onStreams(temporalAddress: string): Promise<string[]> {
  const report = await runStreamStorm({ temporalAddress, sessions: 50, readersEach: 10, messagesEach: 6, restarts: 3 });
  console.log(report);
  return [
    report.wrong.length > 0 ? 'readers missed events, or saw some twice' : '',
    report.unanswered.length > 0 ? 'runs did not complete' : '',
  ].filter((fault) => fault !== '');
}

const home = mkdtempSync(join(tmpdir(), 'loadline-storm-home-'));
const temporal = await findTemporal({ home, ports: 'free', ui: false, onProgress: console.error });
try {
  const faults = await (asked === 'streams' ? onStreams : onBudget)(temporal.address);
  console.log(faults.length === 0 ? 'The storm broke no law.' : faults.join('\n'));
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await temporal.close();
  rmSync(home, { recursive: true, force: true });
}
