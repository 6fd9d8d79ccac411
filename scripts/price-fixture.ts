import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Makes test/fixtures/prices-litellm.json, the second source of prices, from the list inside the PyPI package `litellm`:
 * `node scripts/price-fixture.ts 1.109.1`. It takes over numbers only, and only of the models below.
 */
const models: Readonly<Record<string, readonly string[]>> = {
  openai:
    'gpt-6-astra gpt-6-sol gpt-6-luna gpt-6.1-sol gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna gpt-5.5 gpt-5.5-pro gpt-5.4 gpt-5.4-pro gpt-5.4-mini gpt-5.4-nano gpt-5.3-codex gpt-5.2 gpt-5.1 gpt-5 gpt-5-mini gpt-5-nano gpt-5-pro gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-4o gpt-4o-mini gpt-audio gpt-audio-mini o3 o3-pro o4-mini'.split(
      ' ',
    ),
  anthropic:
    'claude-fable-5 claude-fable-5-1 claude-opus-5-5 claude-opus-5 claude-opus-4-8 claude-opus-4-7 claude-opus-4-6 claude-opus-4-5 claude-sonnet-5 claude-sonnet-5-5 claude-sonnet-4-6 claude-sonnet-4-5 claude-haiku-5-5 claude-haiku-4-5'.split(
      ' ',
    ),
  google:
    'gemini-3.8-flash gemini-3.7-flash gemini-3.6-flash gemini-3.5-flash gemini-3.5-flash-lite gemini-3.1-pro-preview gemini-3.1-flash-lite gemini-3-flash-preview gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite'.split(
      ' ',
    ),
  mistral:
    'mistral-large-4 mistral-large-2512 mistral-medium-3-5 mistral-small-2603 codestral-2508 ministral-14b-2512 ministral-8b-2512 magistral-medium-latest'.split(
      ' ',
    ),
  deepseek: ['deepseek-v4-pro', 'deepseek-flash', 'deepseek-v4-flash', 'deepseek-chat', 'deepseek-reasoner'],
  xai: ['grok-4.7', 'grok-4.6', 'grok-4.5', 'grok-4.3', 'grok-4.20', 'grok-build-0.1', 'grok-code-fast-1'],
  groq: ['openai/gpt-oss-120b', 'openai/gpt-oss-20b', 'qwen/qwen3.8-27b'],
  together: [
    'openai/gpt-oss-120b',
    'deepseek-ai/DeepSeek-V4-Pro-0813',
    'moonshotai/Kimi-K3',
    'zai-org/GLM-5.3',
    'Qwen/Qwen3.7-Max',
  ],
  cerebras: ['gpt-oss-120b', 'gemma-4-31b'],
  cohere: ['command-a-03-2025', 'command-r-plus-08-2024', 'command-r-08-2024', 'command-r7b-12-2024'],
};

const theirPrefix: Readonly<Record<string, string>> = {
  openai: '',
  anthropic: '',
  cohere: '',
  google: 'gemini/',
  together: 'together_ai/',
};

const numbers = /^(input_cost|output_cost|cache_(read|creation)|max_(input|output)_tokens)/;
const otherTiers = /flex|priority|ultrafast|decisions|image|video|character|second|query|pixel|batches/;

function take(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  const kept = Object.entries(entry).filter(
    ([name, value]) => typeof value === 'number' && numbers.test(name) && !otherTiers.test(name),
  );
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1))) as Record<string, number>;
}

function python(...args: readonly string[]): void {
  const { status } = spawnSync('python3', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`python3 ${args.join(' ')} failed`);
}

const version = process.argv[2];
if (version === undefined) throw new Error('Name the version of litellm: node scripts/price-fixture.ts 1.109.1');
const folder = mkdtempSync(join(tmpdir(), 'loadline-prices-'));
try {
  python('-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '-d', folder, `litellm==${version}`);
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`litellm ${version} has no wheel`);
  python('-m', 'zipfile', '-e', join(folder, wheel), folder);
  const list = JSON.parse(
    readFileSync(join(folder, 'litellm', 'model_prices_and_context_window_backup.json'), 'utf8'),
  ) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const taken: Record<string, Readonly<Record<string, number>>> = {};
  for (const [provider, ids] of Object.entries(models)) {
    for (const id of ids) {
      const entry = list[`${theirPrefix[provider] ?? `${provider}/`}${id}`] ?? list[id];
      if (entry === undefined) console.error(`litellm ${version} has no ${provider}/${id}`);
      else taken[`${provider}/${id}`] = take(entry);
    }
  }
  const fixture = {
    source: 'https://pypi.org/project/litellm/',
    version,
    readOn: new Date().toISOString().slice(0, 10),
    models: taken,
  };
  const file = fileURLToPath(new URL('../test/fixtures/prices-litellm.json', import.meta.url));
  writeFileSync(file, `${JSON.stringify(fixture, null, 2)}\n`);
  console.log(`${Object.keys(taken).length} models of litellm ${version} in ${file}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
