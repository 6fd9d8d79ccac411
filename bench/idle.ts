import { readFileSync } from 'node:fs';
import { median, report, timed } from './support/measure.ts';
import { openStand } from './support/stand.ts';
import { spawnWorker } from './support/worker-process.ts';

/** Ten thousand open sessions that nobody talks to: the worker's memory, and whether each answers. Takes minutes. */
const sessions = Number(process.env['LOADLINE_BENCH_SESSIONS'] ?? 10_000);
const senders = 40;
const sample = 100;

/** Resident memory in MB; `NaN` where the system has no `/proc`. */
function rssOf(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

const stand = await openStand({ worker: false });
try {
  const worker = await spawnWorker(stand);
  let next = 0;
  let highest = 0;
  console.log(`     a worker without a session has ${rssOf(worker.pid).toFixed(0)} MB`);
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (next < sessions) {
        await stand.api.session('instant', { id: `idle-${next++}` }).send('How are you?');
        highest = Math.max(highest, rssOf(worker.pid));
      }
    }),
  );
  console.log(`     ${sessions} sessions are open, each with one run; at most ${highest.toFixed(0)} MB meanwhile`);
  const answers: number[] = [];
  for (let index = 0; index < sample; index++) {
    const session = stand.api.existing(`idle-${Math.floor((index * sessions) / sample)}`);
    answers.push(
      await timed(async () => {
        const { runs } = await session.metrics();
        if (runs !== 1) throw new Error(`${session.id} tells of ${runs} runs`);
      }),
    );
  }
  report(`memory of the worker beside ${sessions} idle sessions`, rssOf(worker.pid), { atMost: 700 }, ' MB');
  console.log(`     ${sample} of ${sample} asked answered their metrics, after ${median(answers).toFixed(0)} ms`);
  await worker.end('SIGTERM');
} finally {
  await stand.close();
}
