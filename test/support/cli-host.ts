/**
 * Runs command lines one after the other in one process, so that tests need not start Node for each: the modules are
 * loaded once. A line of standard input asks (`{ words }` as JSON), a line on channel 3 answers.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { run } from '../../src/cli/run.ts';

const answers = 3;
const inherited = { ...process.env };

/** What a command writes while it runs; each stream is given back as it was. */
async function captured(work: () => Promise<void>): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const texts = { stdout: '', stderr: '' };
  const names = ['stdout', 'stderr'] as const;
  const before = {
    stdout: process.stdout.write.bind(process.stdout),
    stderr: process.stderr.write.bind(process.stderr),
  };
  for (const name of names) {
    process[name].write = ((text: string | Uint8Array) => {
      texts[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    }) as typeof process.stdout.write;
  }
  try {
    await work();
  } finally {
    for (const name of names) process[name].write = before[name];
  }
  return texts;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { words } = JSON.parse(line) as { words: readonly string[] };
  process.argv = [process.argv[0] ?? '', process.argv[1] ?? '', ...words];
  process.exitCode = 0;
  const texts = await captured(async () => await run(words));
  writeSync(answers, `${JSON.stringify({ ...texts, code: process.exitCode })}\n`);
  // A command that reads a `.env` leaves it in the environment of its own process.
  for (const name of Object.keys(process.env)) if (!(name in inherited)) delete process.env[name];
  Object.assign(process.env, inherited);
  process.stdout.removeAllListeners('error');
}
process.exitCode = 0;
