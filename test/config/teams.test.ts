import { describe, expect, it } from '@jest/globals';
import { resolveConfig } from '../../src/config/index.ts';

const options = { defaultModel: 'simulated/any' };
const agents = [{ name: 'ann', description: 'knows the law' }, { name: 'bob' }];

describe('a team', () => {
  it('is an agent under its name, with a tool that names its members', () => {
    const teams = [{ name: 'desk', mode: 'coordinate', members: ['ann', 'bob'], instructions: 'Be brief.' }];
    const { agents: resolved } = resolveConfig({ agents, teams }, options);
    expect([...resolved.keys()]).toEqual(['ann', 'bob', 'desk']);
    const { spec } = resolved.get('desk') ?? {};
    expect(spec).toMatchObject({ model: 'simulated/any', team: { mode: 'coordinate', members: ['ann', 'bob'] } });
    expect(spec?.tools).toMatchObject([
      {
        name: 'delegate',
        description: expect.stringContaining('- ann: knows the law\n- bob'),
        inputSchema: { properties: { member: { enum: ['ann', 'bob'] } }, required: ['member', 'task'] },
      },
    ]);
  });

  it('shares nothing with its members unless it is told to', () => {
    const team = (settings: object) =>
      resolveConfig({ agents, teams: [{ name: 'desk', mode: 'broadcast', members: ['ann'], ...settings }] }, options);
    const specOf = (settings: object) => team(settings).agents.get('desk')?.spec.team;
    expect(specOf({})).toEqual({ mode: 'broadcast', members: ['ann'] });
    expect(specOf({ shareHistory: null, shareInteractions: false })).toEqual(specOf({}));
    expect(specOf({ shareHistory: { runs: 3 } })).toMatchObject({ shareHistory: { runs: 3, of: 'session' } });
    expect(specOf({ shareInteractions: true })).toMatchObject({ shareInteractions: true });
  });

  it.each<[string, readonly object[], string]>([
    [
      'an option that is misspelt',
      [{ name: 'desk', mode: 'route', members: ['ann'], shareHistroy: { runs: 1 } }],
      'did you mean "shareHistory"?',
    ],
    [
      'a history of no runs',
      [{ name: 'desk', mode: 'route', members: ['ann'], shareHistory: { runs: 0 } }],
      'teams[0].shareHistory.runs',
    ],
    [
      'an unknown member',
      [{ name: 'desk', mode: 'route', members: ['anna'] }],
      'teams[0].members[0]: there is no agent or team "anna"; did you mean "ann"?',
    ],
    [
      'a member that is named twice',
      [{ name: 'desk', mode: 'route', members: ['ann', 'ann'] }],
      'teams[0].members[1]: "ann" is a member already',
    ],
    [
      "an agent's name",
      [{ name: 'ann', mode: 'route', members: ['bob'] }],
      'teams[0].name: "ann" is taken by agents[0]',
    ],
    [
      'a name that is taken',
      [
        { name: 'desk', mode: 'route', members: ['ann'] },
        { name: 'desk', mode: 'route', members: ['ann'] },
      ],
      'teams[1].name: "desk" is taken by teams[0]',
    ],
    [
      'a circle',
      [
        { name: 'desk', mode: 'route', members: ['ann', 'lab'] },
        { name: 'lab', mode: 'tasks', members: ['desk'] },
      ],
      "teams[0].members: a team can't be in itself: desk → lab → desk",
    ],
    ['no members', [{ name: 'desk', mode: 'route', members: [] }], 'teams[0].members: must have at least one member'],
    [
      'an output that no leader writes',
      [{ name: 'desk', mode: 'route', members: ['ann'], output: { type: 'object' } }],
      "teams[0].output: in a route the answer is the member's: give the members an output",
    ],
    [
      'settings that an agent could not have either',
      [{ name: 'desk', mode: 'route', members: ['ann'], model: 'nowhere/x' }],
      'teams[0].model',
    ],
  ])('is refused for %s', (_, teams, problem) => {
    expect(() => resolveConfig({ agents, teams }, options)).toThrow(problem);
  });
});

describe('a plan of tasks', () => {
  const teams = [{ name: 'desk', mode: 'tasks', members: ['ann', 'bob'] }];
  const tool = resolveConfig({ agents, teams }, options).agents.get('desk')?.tools.get('plan_tasks');
  const task = (id: string, ...dependsOn: string[]) => ({ id, member: 'ann', task: `Do ${id}`, dependsOn });

  it('may be in any order', async () => {
    expect(await tool?.parseInput({ tasks: [task('b', 'a'), task('a')] })).toHaveProperty('value');
  });

  it.each<[string, readonly object[], string]>([
    ['two tasks of one id', [task('a'), task('a')], 'two tasks have the id a'],
    ['an unknown dependency', [task('a', 'z')], 'task a depends on z, which is not in the plan'],
    ['a circle', [task('a', 'b'), task('b', 'a'), task('c')], 'these tasks wait for one another: a, b'],
    ['an unknown member', [{ ...task('a'), member: 'eve' }], 'tasks'],
    ['too many tasks', Array.from({ length: 21 }, (_, n) => task(`t${n}`)), '20'],
  ])('is handed back for %s', async (_, tasks, problem) => {
    expect(await tool?.parseInput({ tasks })).toHaveProperty('problem', expect.stringContaining(problem));
  });
});
