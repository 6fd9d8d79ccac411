import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../test/support/clean-environment.ts';
import { median, report } from './support/measure.ts';

/** `npm start` in an empty home, with the Temporal server's binary at hand, until it says that it is ready. */
const starts = 5;
const script = fileURLToPath(new URL('../scripts/run.cjs', import.meta.url));
cleanEnvironment(process.env);

const seconds: number[] = [];
for (let start = 0; start < starts; start++) {
  const home = mkdtempSync(join(tmpdir(), 'loadline-bench-'));
  const begun = performance.now();
  const child = spawn(process.execPath, [script, 'start', '--json'], {
    env: { ...process.env, LOADLINE_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => {
      throw new Error('npm start ended before it was ready');
    }),
  ]);
  seconds.push((performance.now() - begun) / 1000);
  child.kill('SIGTERM');
  await ended;
  rmSync(home, { recursive: true, force: true });
}
console.log(`     ${seconds.map((one) => one.toFixed(1)).join(', ')} s`);
report('from the command to the ready line, in an empty home', median(seconds), { atMost: 5 }, ' s');
