/** The long storm: `npm run storm`. 200 sessions on a budget for a third of what they want, two workers, kill -9. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporal } from '../src/worker/temporal-server/index.ts';
import { runStorm } from '../test/storm/storm.ts';

const limit = 70_000;
const home = mkdtempSync(join(tmpdir(), 'loadline-storm-home-'));
const temporal = await findTemporal({ home, ports: 'free', ui: false, onProgress: console.error });
try {
  const report = await runStorm({
    temporalAddress: temporal.address,
    sessions: 200,
    messagesEach: 5,
    workers: 2,
    kills: 12,
    killEveryMs: 4_000,
    limit,
    seed: Number(process.argv[2] ?? Date.now() % 1_000_000),
  });
  console.log({ limit, ...report });
  const faults = [
    report.highest > limit && 'the budget was passed',
    report.stillReserved > 0 && 'rows are still reserved',
    report.wrong.length > 0 && 'settled rows differ from the provider',
    report.other.length > 0 && 'runs ended otherwise than answered or refused',
    report.lost > report.inFlightAtKills && 'more attempts were lost than workers had in flight when they were killed',
    report.chargedUnsettled < report.billedUnsettled && 'less is charged for lost and failed attempts than was billed',
  ].filter((fault) => fault !== false);
  console.log(faults.length === 0 ? 'The storm broke no law.' : faults.join('\n'));
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await temporal.close();
  rmSync(home, { recursive: true, force: true });
}
