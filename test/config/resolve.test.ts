import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { z as z3 } from 'zod/v3';
import { defineAgent, defineConfig, defineTool, resolveConfig } from '../../src/config/index.ts';
import type { LoadlineError } from '../../src/domain/errors.ts';

const options = { defaultModel: 'simulated/loadline-sim-1' };

function problemsOf(config: unknown): readonly string[] {
  try {
    resolveConfig(config, options);
  } catch (error) {
    expect((error as LoadlineError).code).toBe('ConfigInvalid');
    return (error as LoadlineError).details?.['problems'] as string[];
  }
  return [];
}

const agentWith = (settings: object) => ({ agents: [{ name: 'a', ...settings }] });

/** The page CONTRACT shows users, word for word. */
const contract = {
  description: '',
  instructions: '',
  markdown: false,
  tools: [],
  history: { runs: null, tokens: null },
  summary: { model: null, keepRuns: 3, everyRuns: 5, maxTokens: 1000, instructions: null, inContext: true },
  thresholds: {
    context: { warn: 0.75, compact: 0.85, critical: 0.95, stop: 0.99 },
    session: { tokens: null, cost: null, runs: null, ageHours: null, warnAt: 0.95, criticalAt: 0.99, onReach: 'stop' },
  },
  limits: {
    callsPerRun: 25,
    toolCallsPerRun: 50,
    runSeconds: 600,
    tokensPerRun: null,
    costPerRun: null,
    maxOutputTokens: 4096,
    queue: 8,
    messageBytes: 262144,
  },
  cache: { instructions: true, ttl: '5m' },
  fallbacks: [],
  onBudget: 'refuse',
};

describe('a resolved config', () => {
  it('has the defaults that the contract shows, and accepts them written out', () => {
    const implied = resolveConfig({ agents: [{ name: 'a' }] }, options).agents.get('a');
    const written = resolveConfig(agentWith(contract), options).agents.get('a');
    expect(implied?.spec).toEqual({ name: 'a', model: options.defaultModel, output: null, ...contract });
    expect(written?.hash).toBe(implied?.hash);
  });

  it('has another hash for another definition, and the same for the same in another order', () => {
    const hashOf = (settings: object) => resolveConfig(agentWith(settings), options).agents.get('a')?.hash;
    expect(hashOf({ limits: { queue: 4, callsPerRun: 3 } })).toBe(hashOf({ limits: { callsPerRun: 3, queue: 4 } }));
    expect(hashOf({ instructions: 'x' })).not.toBe(hashOf({ instructions: 'y' }));
  });

  it('runs its tools with validated input, and says what does not fit', async () => {
    const add = defineTool({
      name: 'add',
      description: 'Adds',
      inputSchema: z.object({ a: z.number(), b: z.number().default(1) }),
      timeout: '5s',
      idempotent: true,
      execute: ({ a, b }, { attempt }) => a + b + attempt,
    });
    const tool = resolveConfig(agentWith({ tools: [add] }), options)
      .agents.get('a')
      ?.tools.get('add');
    expect(tool).toMatchObject({ timeoutMs: 5000, maxAttempts: 5, spec: { inputSchema: { required: ['a'] } } });
    expect(await tool?.parseInput({ a: 'one' })).toEqual({ problem: expect.stringContaining('a: ') });
    expect(await tool?.parseInput({ a: 1 })).toEqual({ value: { a: 1, b: 1 } });
    expect(await tool?.execute({ a: 1, b: 1 }, { attempt: 1 } as never)).toBe(3);
  });

  it('reads an answer as the output that was asked for', async () => {
    const agent = defineAgent({ name: 'a', output: z.object({ celsius: z.number() }) });
    const resolved = resolveConfig(defineConfig({ agents: [agent] }), options).agents.get('a');
    expect(resolved?.spec.output).toMatchObject({ properties: { celsius: { type: 'number' } } });
    expect(await resolved?.parseOutput('{"celsius": 4}')).toEqual({ value: { celsius: 4 } });
    expect(await resolved?.parseOutput('{"celsius": "4"}')).toEqual({ problem: expect.stringContaining('celsius') });
    expect(await resolved?.parseOutput('It is 4 degrees')).toEqual({ problem: expect.stringContaining('not JSON') });
  });

  it('takes a language model of the AI SDK, and names it for the ledger', () => {
    const model = {
      specificationVersion: 'v4',
      provider: 'openai.responses',
      modelId: 'gpt-5.2',
      doStream: async () => ({}),
    };
    const resolved = resolveConfig(agentWith({ model }), options).agents.get('a');
    expect(resolved?.spec.model).toBe('openai.responses/gpt-5.2');
    expect(resolved?.model).toBe(model);
  });

  it('shortens the default of keepRuns to a shorter history', () => {
    const spec = resolveConfig(agentWith({ history: { runs: 2 } }), options).agents.get('a')?.spec;
    expect(spec?.summary).toMatchObject({ keepRuns: 2 });
  });
});

describe('a config is refused', () => {
  it.each<[string, unknown, string]>([
    ['for an unknown key', agentWith({ histroy: {} }), 'agents[0].histroy: unknown key; did you mean "history"?'],
    [
      'for one further in',
      agentWith({ history: { rums: 3 } }),
      'agents[0].history.rums: unknown key; did you mean "runs"?',
    ],
    ['for one far from all', { ...agentWith({}), zzzzzz: 1 }, 'zzzzzz: unknown key'],
    [
      'for a wrong type',
      agentWith({ limits: { callsPerRun: '25' } }),
      'agents[0].limits.callsPerRun: expected number, received string',
    ],
    ['for true where false is meant', agentWith({ summary: true }), 'agents[0].summary: must be false or an object'],
    [
      'for a bad name',
      { agents: [{ name: 'my agent' }] },
      'agents[0].name: must be letters, digits, _ and -, at most 64, a letter or digit first',
    ],
    ['for no agents', { agents: [] }, 'agents: must have at least one agent'],
    ['when it is nothing', undefined, 'config: expected object, and it is missing'],
    [
      'for two agents of one name',
      { agents: [{ name: 'a' }, { name: 'a' }] },
      'agents[1].name: "a" is taken by agents[0]',
    ],
    [
      'for an unknown provider',
      agentWith({ model: 'opnai/gpt-5.2' }),
      'agents[0].model: unknown provider "opnai"; did you mean "openai"?',
    ],
    [
      'for a model without provider',
      agentWith({ fallbacks: ['gpt-5.2'] }),
      'agents[0].fallbacks[0]: "gpt-5.2" must be provider/model, for example "openai/gpt-5.2"',
    ],
    [
      'for more kept runs than history',
      agentWith({ history: { runs: 2 }, summary: { keepRuns: 3 } }),
      'agents[0].summary.keepRuns: 3 must be at most history.runs (2)',
    ],
    [
      'for thresholds out of order',
      agentWith({ thresholds: { context: { warn: 0.9 } } }),
      'agents[0].thresholds.context.warn: 0.9 must be below compact (0.85)',
    ],
    [
      'for a threshold above 1',
      agentWith({ thresholds: { context: { stop: 1.2 } } }),
      'agents[0].thresholds.context.stop: must be 1 at most',
    ],
    [
      "for a provider of one's own without address",
      { ...agentWith({}), providers: { mine: { api: 'openai-chat' } } },
      'providers.mine.baseURL: is missing, and this provider is not a built-in one',
    ],
    [
      'for a key in place of its variable',
      { ...agentWith({}), providers: { openai: { apiKeyEnv: 'sk-123' } } },
      'providers.openai.apiKeyEnv: must be the name of an environment variable, not a key',
    ],
    [
      'for a key among the headers of a model',
      { ...agentWith({}), models: { 'openai/x': { headers: { Authorization: 'Bearer sk-1' } } } },
      'models["openai/x"].headers.Authorization: the name must not be a header that holds a key: name the key\'s variable in apiKeyEnv of the provider',
    ],
    [
      'for a price without output',
      { ...agentWith({}), models: { 'openai/x': { price: { input: 1 } } } },
      'models["openai/x"].price.output: expected number, and it is missing',
    ],
  ])('%s', (_, config, problem) => {
    expect(problemsOf(config)).toEqual([problem]);
  });

  it('for more than 8 open sends, with the reason', () => {
    expect(problemsOf(agentWith({ limits: { queue: 9 } }))[0]).toMatch(
      /queue: must be 8 at most: Temporal gives .* ten/,
    );
  });

  it('for a rule of approval that no input could be held against, by place', () => {
    const tool = { name: 't', description: '', inputSchema: { type: 'object' }, execute: () => 1 };
    const withRule = (rule: object) => problemsOf(agentWith({ tools: [{ ...tool, ...rule }] }))[0];
    expect(withRule({ needsApproval: 'always' })).toMatch(/needsApproval: must be true, a function/);
    expect(withRule({ needsApproval: { type: 'objekt' } })).toMatch(/^agents\[0\]\.tools\[0\]\.needsApproval: /);
    expect(withRule({ approval: { timeout: '2 days' } })).toMatch(/approval\.timeout: must be milliseconds/);
    expect(withRule({ approval: { timeout: '2d', onTimeout: 'ask' } })).toMatch(/approval\.onTimeout/);
    expect(withRule({ onUnknown: 'panic' })).toMatch(/onUnknown/);
  });

  it('for a zod 3 schema and a tool whose input is no object, by place', () => {
    const tool = (inputSchema: unknown) => ({ name: 't', description: '', inputSchema, execute: () => 1 });
    expect(problemsOf(agentWith({ tools: [tool(z3.object({}))] }))[0]).toMatch(/^agents\[0\]\.tools\[0\].*zod 3/);
    expect(problemsOf(agentWith({ tools: [tool(z.string())] }))[0]).toMatch(/must be an object/);
  });

  it('with all its problems at once', () => {
    const problems = problemsOf({
      agents: [
        { name: 'a', modle: 'x' },
        { name: 'b', limits: { queue: 0 } },
      ],
      team: [],
    });
    expect(problems).toHaveLength(3);
  });
});
