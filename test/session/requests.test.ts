import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import type { ScriptedBehaviour } from '../../src/simulator/behaviour.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { transcripts, type ScriptedCall, type ScriptedRun } from '../support/transcripts.ts';

/** Transcripts for each wire. A fixed seed: what fails once fails again. */
const numRuns = Number(process.env['LOADLINE_PROPERTY_RUNS'] ?? 6);
const seed = 20_261_122;

const wires = ['responses', 'chat', 'anthropic', 'ollama'] as const;
const windows = ['1k', '2k', '8k'] as const;
type Wire = (typeof wires)[number];
type Window = (typeof windows)[number];

const lookUp = defineTool({
  name: 'look_up',
  description: 'Looks something up; knows "everything"',
  inputSchema: { type: 'object', properties: { size: { type: 'integer' }, kind: { type: 'string' } } },
  execute: (input) => outputOf(input as Exclude<ScriptedCall['arguments'], string>),
});

function outputOf({ size, kind }: Exclude<ScriptedCall['arguments'], string>): unknown {
  const text = 'Thirty-one boats went out before dawn. '.repeat(size);
  if (kind === 'error') throw new Error(`The index is closed. ${text}`);
  if (kind === 'json') return { found: Array.from({ length: size }, (_, at) => ({ at, name: `boat ${at}` })) };
  if (kind === 'emoji') return '👩‍👩‍👧‍👦'.repeat(size);
  if (kind === 'half') return `${text}${'🎉'.slice(0, 1)}`;
  return kind === 'nothing' ? undefined : text;
}

/** Three of them are known to count as the simulator does, so that their bounds are tight; the fourth's are wide. */
const prefixOf: Readonly<Record<Wire, string>> = {
  responses: 'openai/gpt-5-',
  chat: 'openrouter/openai/gpt-5-',
  anthropic: 'simulated/',
  ollama: 'local/llama-',
};
const modelOf = (wire: Wire, window: Window): string => `${prefixOf[wire]}small-${window}`;
const sizes: Readonly<Record<Window, number>> = { '1k': 1024, '2k': 2048, '8k': 8192 };

const configAt = (url: string) =>
  defineConfig({
    providers: {
      openai: { api: 'openai-responses', baseURL: `${url}/v1` },
      openrouter: { api: 'openai-chat', baseURL: `${url}/v1` },
      simulated: { api: 'anthropic-messages' },
      local: { api: 'ollama', baseURL: url },
    },
    models: Object.fromEntries(
      wires.flatMap((wire) =>
        windows.map((window) => {
          const contextWindow = sizes[window];
          return [modelOf(wire, window), { contextWindow, maxOutputTokens: contextWindow / 4 }] as const;
        }),
      ),
    ),
    agents: wires.flatMap((wire) =>
      windows.map((window) =>
        defineAgent({
          name: `${wire}-${window}`,
          model: modelOf(wire, window),
          instructions: window === '2k' ? '' : 'You look things up.',
          tools: [lookUp],
          // A window so small is soon full of one run.
          thresholds: { context: { stop: null } },
          ...(window === '8k' ? { history: { runs: 3 } } : {}),
        }),
      ),
    ),
  });

/** What the model does with a run's message; the mark keeps it from other requests of the session. */
function behaviours({ rounds, end, answer }: ScriptedRun, mark: string): ScriptedBehaviour[] {
  const match = { text: mark };
  const ends: Readonly<Record<ScriptedRun['end'], ScriptedBehaviour>> = {
    answer: { match, answer },
    nothing: { match, answer: '' },
    'thought alone': { match, reasoning: 'Let me think. '.repeat(20), answer, cutAfterTokens: 10 },
    filtered: { match, contentFilter: true },
    failure: { match, status: 422, message: 'as scripted' },
  };
  return [...rounds.map((calls) => ({ match, toolCalls: [...calls] })), ends[end]];
}

/** Runs a transcript in a session of its own and holds every request that it made against the law. */
async function play(
  stack: Stack<ReturnType<typeof configAt>>,
  wire: Wire,
  size: Window,
  runs: readonly ScriptedRun[],
): Promise<void> {
  const window = sizes[size];
  const session = stack.api.session(`${wire}-${size}`, { id: `requests-${randomUUID()}` });
  for (const [at, run] of runs.entries()) {
    const mark = `#${at}#`;
    stack.simulator.reset();
    stack.simulator.script(behaviours(run, mark));
    const first = stack.requests.length;
    const text = `${mark} ${run.text}`;
    const result = await session.send([...run.media, { type: 'text', text }]);
    const { requests } = stack.simulator.tally();
    const scripted = requests.filter(({ status }) => status === 422).length;

    const refused = requests.filter(({ outcome, status }) => outcome !== 'completed' && status !== 422);
    expect(refused.map(({ status }) => [status, result.error?.message])).toEqual([]);
    for (const { billed } of requests) {
      expect(
        billed.input + billed.cacheRead + billed.cacheWrite5m + billed.output + billed.reasoning,
      ).toBeLessThanOrEqual(window);
    }
    // Of the newest message nothing is left out, whatever of the past is.
    const bodies = stack.requests.slice(first).map(({ body }) => JSON.stringify(body));
    const asked = bodies.filter((body) => body.includes(mark));
    const whole = JSON.stringify(text.toWellFormed()).slice(1, -1);
    expect(asked.filter((body) => !body.includes(whole))).toEqual([]);
    for (const { data } of run.media as readonly { data: string }[]) {
      const sent = Buffer.from(data, 'base64').toString('utf8');
      expect(asked.filter((body) => !body.includes(data) && !body.includes(sent))).toEqual([]);
    }
    if (result.status === 'failed') expect(scripted).toBe(1);
    if (result.status === 'limit') expect(result.reason).toMatch(/needs up to \d+ tokens of context|was cut off/);
  }
}

describe('every request of a session', () => {
  let stack: Stack<ReturnType<typeof configAt>>;
  beforeAll(async () => {
    stack = await startStack(configAt);
  });
  afterAll(() => stack.close());

  it.each(wires)(
    'is well-formed over %s, fits its window, and has the newest message whole',
    async (wire) => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom<Window>('1k', '1k', '2k', '8k'), transcripts(wire), async (window, runs) => {
          await play(stack, wire, window, runs);
        }),
        // Each step of a search for a shorter transcript plays a whole session: not while others wait for the tests.
        { seed, numRuns, endOnFailure: true },
      );
    },
    60_000 + numRuns * 5_000,
  );
});
