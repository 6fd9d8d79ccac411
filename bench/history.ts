import { workflowIdOf } from '../src/domain/session.ts';
import { historySize } from './support/history-size.ts';
import { report } from './support/measure.ts';
import { openStand } from './support/stand.ts';

/** History events and bytes of a run of one model call, on average with its share of the roll-overs. */
const runs = 40;
const question = 'How are you?';

const stand = await openStand();
try {
  const session = stand.api.session('simulated', { id: 'history' });
  let texts = 0;
  await session.send(question);
  const begun = await historySize(stand.client, workflowIdOf('history'));
  for (let run = 0; run < runs; run++) texts += question.length + (await session.send(question)).text.length;
  const ended = await historySize(stand.client, workflowIdOf('history'));
  report('history events a run', (ended.events - begun.events) / runs, { atMost: 12 });
  report('history KB a run beside the texts', (ended.bytes - begun.bytes - texts) / runs / 1024, { atMost: 8 }, ' KB');
  const before = new Map(begun.byType);
  for (const [type, bytes] of ended.byType.slice(0, 6)) {
    console.log(`     ${((bytes - (before.get(type) ?? 0)) / runs).toFixed(0)} bytes a run in ${type}`);
  }
} finally {
  await stand.close();
}
