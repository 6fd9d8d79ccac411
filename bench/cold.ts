import { fillSession } from './support/fill-session.ts';
import { median, report, timed } from './support/measure.ts';
import { openStand } from './support/stand.ts';
import { spawnWorker } from './support/worker-process.ts';

/** The first run on a session of 1,000 runs, by a worker that has just started, with a history as long as it gets. */
const starts = 5;
const runs = 1000;
/** One less than a roll-over takes. */
const runsInHistory = 7;

const stand = await openStand({ worker: false });
try {
  const first: number[] = [];
  const second: number[] = [];
  for (let start = 0; start < starts; start++) {
    const id = `cold-${start}`;
    await fillSession(stand, id, 'instant', runs);
    const session = stand.api.session('instant', { id });
    const send = async () => await session.send('How are you?');
    const before = await spawnWorker(stand);
    for (let run = 0; run < runsInHistory; run++) await send();
    await before.end('SIGTERM');
    const worker = await spawnWorker(stand);
    first.push(await timed(send));
    second.push(await timed(send));
    await worker.end('SIGTERM');
  }
  report(`first run on a session of ${runs} runs`, median(first), { atMost: 150 }, ' ms');
  console.log(`     the second one takes ${median(second).toFixed(0)} ms`);
} finally {
  await stand.close();
}
