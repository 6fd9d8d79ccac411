import { setTimeout as sleep } from 'node:timers/promises';
import { simulatorAt } from '../src/simulator/index.ts';
import type { LedgerRow } from '../src/domain/ledger.ts';
import { median, report } from './support/measure.ts';
import { openStand } from './support/stand.ts';
import { spawnWorker } from './support/worker-process.ts';

/** From the death of a worker in mid-call until its call is sent again: by another worker, and by the one restarted. */
const deaths = 3;

const stand = await openStand({ worker: false });
const simulator = simulatorAt(stand.simulator.url);

async function attempt(sessionId: string, number: number): Promise<LedgerRow> {
  for (;;) {
    const row = (await stand.store.ledger(sessionId)).find((one) => one.attempt === number);
    if (row !== undefined) return row;
    await sleep(10);
  }
}

/** Kills a worker in mid-call; answers when it died and when its call was taken up again. */
async function die(sessionId: string, successor: 'waits' | 'starts') {
  await simulator.reset();
  await simulator.script({ hang: true });
  const doomed = await spawnWorker(stand);
  const sending = stand.api.session('simulated', { id: sessionId }).send('How are you?');
  while ((await simulator.tally()).running === 0) await sleep(10);
  const waiting = successor === 'waits' ? await spawnWorker(stand) : null;
  await doomed.end('SIGKILL');
  const diedAt = Date.now();
  const worker = waiting ?? (await spawnWorker(stand));
  const { startedAt } = await attempt(sessionId, 2);
  await sending;
  await worker.end('SIGTERM');
  return { afterDeath: (startedAt - diedAt) / 1000, afterReady: (startedAt - worker.readyAt) / 1000 };
}

try {
  const byOther: number[] = [];
  const bySame: number[] = [];
  for (let death = 0; death < deaths; death++) {
    byOther.push((await die(`other-${death}`, 'waits')).afterDeath);
    bySame.push((await die(`same-${death}`, 'starts')).afterReady);
  }
  report('another worker takes the call up after', median(byOther), { atMost: 15 }, ' s');
  report('the same one, restarted, after its ready line', median(bySame), { atMost: 2 }, ' s');
} finally {
  await stand.close();
}
