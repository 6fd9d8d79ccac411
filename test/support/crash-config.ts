import { appendFileSync } from 'node:fs';
import { z } from 'zod';
import {
  defineAgent,
  defineConfig,
  defineTeam,
  defineTool,
  type AnyTool,
  type BudgetSettings,
} from '../../src/config/index.ts';

export interface CrashConfigSettings {
  readonly budgets?: readonly BudgetSettings[];
  readonly maxOutputTokens?: number;
  /** Where tools note what they do: a line each. */
  readonly actsFile?: string;
  /** What happens in a tool once it has acted. */
  readonly inTool?: () => void;
}

/** A tool that notes that it acted, for which call and in which attempt. */
function acting(name: string, { actsFile = '/dev/null', inTool }: CrashConfigSettings, own: Partial<AnyTool>) {
  return {
    ...defineTool({
      name,
      description: 'Acts',
      inputSchema: z.object({}),
      execute(_, { idempotencyKey, attempt }) {
        appendFileSync(actsFile, `${name} ${idempotencyKey} ${attempt}\n`);
        inTool?.();
        return 'acted';
      },
    }),
    ...own,
  };
}

function toolsOf(given: CrashConfigSettings) {
  return [
    acting('once', given, {}),
    acting('same', given, { idempotent: true }),
    acting('again', given, { onUnknown: 'retry' }),
    acting('asks', given, { onUnknown: 'ask' }),
  ];
}

/** The agents and the team whose workers are killed. */
export function crashConfig(given: CrashConfigSettings) {
  const { budgets = [], maxOutputTokens = 4096 } = given;
  return defineConfig({
    agents: [
      defineAgent({ name: 'assistant', limits: { maxOutputTokens } }),
      defineAgent({ name: 'careful', model: 'simulated/first', fallbacks: ['simulated/second'] }),
      defineAgent({ name: 'handy', tools: toolsOf(given) }),
      defineAgent({ name: 'city', output: z.object({ city: z.string() }) }),
      defineAgent({ name: 'member', model: 'simulated/sim-member' }),
    ],
    teams: [defineTeam({ name: 'desk', mode: 'coordinate', model: 'simulated/sim-desk', members: ['member'] })],
    budgets,
  });
}
