import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Each subject runs in a process of its own: `npm run bench -- turn`; without a name, those that take seconds. */
const short = ['turn', 'history', 'throughput', 'cold', 'takeover', 'start', 'context', 'steps', 'first-token'];

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : short) {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
    console.error(`There is no bench ${name}; there are ${short.join(', ')}, idle, estimates, list, page and store`);
    process.exit(2);
  }
  console.log(name);
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', file], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
