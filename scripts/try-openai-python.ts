/**
 * `npm run try:openai-python`: OpenAI's own Python package against a Loadline of its own, on both routes, streamed and
 * whole, and its classes of errors. The package is installed into a virtual environment below the temporary folder,
 * which is kept for the next time. Exits with 1 when a proof fails; needs Python 3.9 with `venv`, and PyPI the first time.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandLine } from './real-model/processes.ts';

const proofs = fileURLToPath(new URL('openai-python/proofs.py', import.meta.url));
const environment = join(tmpdir(), 'loadline-openai-python');
const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

const config = {
  models: { 'simulated/narrow': { contextWindow: 1000, maxOutputTokens: 200 } },
  agents: [
    {
      name: 'assistant',
      model: 'simulated/loadline-sim-1',
      instructions: 'You are brief.',
      limits: { maxOutputTokens: 600 },
    },
    { name: 'narrow', model: 'simulated/narrow' },
  ],
  budgets: [{ scope: 'user', window: 'day', tokens: 2000 }],
};

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): boolean {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  return status === 0;
}

function installed(): boolean {
  if (existsSync(python) && spawnSync(python, ['-c', 'import openai']).status === 0) return true;
  return (
    run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', '--clear', environment]) &&
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'openai'])
  );
}

if (!installed()) {
  console.error('The package openai could not be installed: this needs Python 3.9 or newer with venv, and PyPI');
  process.exit(1);
}
const home = mkdtempSync(join(tmpdir(), 'loadline-openai-'));
const configFile = join(home, 'loadline.config.json');
writeFileSync(configFile, JSON.stringify(config));
const own = /^(?:TEMPORAL|LOADLINE|OPENAI|ANTHROPIC)_/;
const neutral = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
const commands = new CommandLine(home, { ...neutral, LOADLINE_HOME: home, LOADLINE_CONFIG: configFile });
const dev = await commands.dev();
const { url } = dev.ready['http'] as { readonly url: string };
let passed = false;
try {
  passed = run(python, [proofs, `${url}/openai/v1`], neutral);
} finally {
  await dev.stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}
process.exit(passed ? 0 : 1);
