import { expect } from '@jest/globals';
import {
  defineAgent,
  defineConfig,
  defineTeam,
  type AgentDefinition,
  type Config,
  type TeamDefinition,
} from '../../src/config/index.ts';
import type { RunMetrics } from '../../src/domain/metrics.ts';
import type { Tally } from '../../src/simulator/index.ts';
import { billedTokens, threeTotals } from './conservation.ts';
import type { Stack } from './stack.ts';

/** Each has a model of its own, so that the simulator's tally tells them apart. */
export const modelOf = (name: string): string => `simulated/sim-${name}`;
export const said = (name: string) => ({ match: { model: `sim-${name}` } });

const inner = ['cid', 'dee', 'eve'];
const outer = ['ann', 'bob', 'lab'];

/** A team of two levels: six members, one of which is a team of three. */
export function twoLevels(
  mode: TeamDefinition['mode'],
  settings: Partial<TeamDefinition> = {},
  members: Readonly<Record<string, Partial<AgentDefinition>>> = {},
) {
  const agent = (name: string) =>
    defineAgent({ name, model: modelOf(name), description: `Knows about ${name}`, ...members[name] });
  return defineConfig({
    agents: ['ann', 'bob', ...inner].map(agent),
    teams: [
      defineTeam({ name: 'desk', mode, model: modelOf('desk'), members: outer, ...settings }),
      defineTeam({ name: 'lab', mode, model: modelOf('lab'), members: inner }),
    ],
  });
}

/** A team and those below it. */
const below: Readonly<Record<string, readonly string[]>> = {
  lab: ['lab', ...inner],
  desk: ['desk', ...outer, ...inner],
};

function billed({ requests }: Tally, names: readonly string[]): number {
  const own = requests.filter(({ model }) => names.some((name) => model.endsWith(`sim-${name}`)));
  return own.reduce((sum, { billed: of }) => {
    const { input, output } = billedTokens({ totals: { ...of, requests: 1 } as unknown as Tally['totals'] });
    return sum + input + output;
  }, 0);
}

function calls({ requests }: Tally, names: readonly string[]): number {
  const answered = requests.filter(({ outcome }) => outcome === 'completed');
  return answered.filter(({ model }) => names.some((name) => model.endsWith(`sim-${name}`))).length;
}

/** What members used is in their leader's sums and, once more, under their names; the provider billed the same. */
export async function expectTreeSums<C extends Config>(
  stack: Stack<C>,
  session: Parameters<typeof threeTotals>[1],
  metrics: RunMetrics,
): Promise<void> {
  const tally = stack.simulator.tally();
  const walk = (name: string, of: RunMetrics): void => {
    const names = below[name] ?? [name];
    expect([name, of.calls, of.totalTokens]).toEqual([name, calls(tally, names), billed(tally, names)]);
    for (const [member, part] of Object.entries(of.members ?? {})) walk(member, part);
  };
  walk('desk', metrics);
  const ofType = (type: string): number =>
    (metrics.details[type] ?? []).reduce((sum, { totalTokens }) => sum + (totalTokens ?? 0), 0);
  expect(ofType('leader')).toBe(billed(tally, ['desk']));
  expect(ofType('leader') + ofType('member')).toBe(metrics.totalTokens);
  const totals = await threeTotals(stack, session);
  expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  const audit = await stack.store.recomputeTotals(session.id);
  expect(audit?.recomputed).toEqual(audit?.stored);
}
