import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BudgetStatus } from '../../src/client/index.ts';
import type { RunResult } from '../../src/domain/run.ts';
import { newFolder, removeFolder, shell, startCliHost, startDev, type RunningDev } from '../support/cli.ts';
import { until } from '../support/until.ts';

const folder = newFolder();
const host = startCliHost({ folder });
const cli = host.run;
let dev: RunningDev;

beforeAll(async () => {
  const limits = { maxOutputTokens: 200 };
  const config = {
    agents: [
      { name: 'refuses', limits },
      { name: 'waits', limits, onBudget: 'wait' },
    ],
    budgets: [
      { scope: 'user', window: 'day', tokens: 300, timeZone: 'America/New_York' },
      { scope: 'all', window: 'month', tokens: 1_000_000 },
      { scope: 'agent', window: 'lifetime', cost: 5 },
    ],
  };
  writeFileSync(join(folder, 'loadline.config.json'), JSON.stringify(config));
  dev = await startDev(folder);
});
afterAll(async () => {
  await host.close();
  await dev.stop();
  removeFolder(folder);
});

async function sendUntilRefused(session: string, ...words: readonly string[]) {
  await cli('start', '--session', session, ...words);
  for (let n = 0; n < 20; n++) {
    const sent = await cli('send', session, 'Tell me more');
    if (sent.code !== 0) return sent;
  }
  throw new Error('The budget never ran out');
}

describe('loadline send over a budget', () => {
  it('exits with 3 and prints the command that helps: run as it stands, the next message is answered', async () => {
    const refused = await sendUntilRefused('refused-1', '--agent', 'refuses', '--user', "o'hara & sons");
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/^BudgetExceeded: The budget of user o'hara & sons, day does not cover this call: /);
    expect(refused.stderr).toMatch(/It resets at \d{4}-\d\d-\d\d 0[45]:00 UTC; raise it with/);
    const command = /`([^`]+)`/.exec(refused.stderr)?.[1] ?? '';
    expect(command).toMatch(/budget raise user .* --window day --by \d+ --unit tokens --time-zone America\/New_York$/);
    const raised = await shell(command, { folder });
    expect(raised.stderr).toBe('');
    expect(raised.stdout).toMatch(/^The limit of user o'hara & sons, day is [\d,]+ tokens; it resets in .* UTC\)\.\n$/);
    expect(await cli('send', 'refused-1', 'Tell me more', '--message-id', 'm-new')).toMatchObject({ code: 0 });
  });

  it('exits with 4 while it waits, says until when, and goes on once it is raised', async () => {
    const waiting = await sendUntilRefused('waits-1', '--agent', 'waits', '--user', 'kim');
    expect(waiting.code).toBe(4);
    expect(waiting.stderr).toMatch(/^waiting for a budget, which resets in .* UTC\)\. The budget of user kim, day/);
    expect((await cli('state', 'waits-1')).stdout).toMatch(/waits for +a budget, which resets in /);
    expect((await cli('metrics', 'waits-1')).stdout).toMatch(/^It waits for a budget, which resets in .*\.$/m);
    expect(await cli('budget', 'raise', 'user', 'kim', '--window', 'day', '--by', '9,000')).toMatchObject({ code: 0 });
    const answered = await until(async () => {
      const { stdout } = await cli('transcript', 'waits-1', '--json');
      const { messages } = JSON.parse(stdout) as { messages: { role: string }[] };
      return messages.at(-1)?.role === 'assistant' && messages;
    }, 45_000);
    expect(answered.length).toBeGreaterThan(1);
  }, 120_000);

  it('is one RunResult with the facts in JSON', async () => {
    await cli('budget', 'set', 'user', 'lee', '--window', 'day', '--tokens', '10');
    await cli('start', '--session', 'json-1', '--agent', 'refuses', '--user', 'lee');
    const { code, json } = await cli('send', 'json-1', 'Hello', '--json');
    expect(code).toBe(3);
    expect(json<RunResult>()).toMatchObject({
      status: 'limit',
      error: { code: 'BudgetExceeded', details: { scope: 'user', key: 'lee', window: 'day', limit: 10, spent: 0 } },
    });
  });
});

describe('loadline budget list', () => {
  it('shows spent, reserved, limit, reset and a bar, and the limits that each has of its own', async () => {
    await cli('start', '--session', 'list-1', '--agent', 'refuses', '--user', 'ann');
    await cli('send', 'list-1', 'Hello');
    const { stdout, code } = await cli('budget', 'list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^BUDGET +USED +SPENT +RESERVED +LIMIT +RESETS +AT$/m);
    expect(stdout).toMatch(/^user ann, day +▕.{6}▏ \d+ % +\d+ +0 +300 +in .* {2}\d{4}-\d\d-\d\d 0[45]:00 UTC$/m);
    expect(stdout).toMatch(/^everything, month +▕.{6}▏ .* +1,000,000 +in \d+ (d|h)/m);
    expect(stdout).toMatch(/^agent refuses, lifetime +▕.{6}▏ 0 % +\$0 +\$0 +\$5\.00 +never$/m);
    expect(stdout).toMatch(/For each agent, lifetime \$5 · each user, day 300 tokens \(America\/New_York\)/);
  });

  it('filters by scope, key and window', async () => {
    const list = async (...words: readonly string[]) =>
      (await cli('budget', ...words, '--json')).json<{ budgets: BudgetStatus[] }>().budgets;
    expect(await list('list', 'user', 'ann')).toMatchObject([
      { scope: 'user', key: 'ann', limit: 300, unit: 'tokens' },
    ]);
    expect(await list('list', '--window', 'month')).toMatchObject([{ scope: 'all', key: null }]);
    expect(await list('list', 'agent')).toMatchObject([{ unit: 'cost', limit: 5 }, { unit: 'cost' }]);
    expect((await list()).length).toBeGreaterThan(3);
  });
});

describe('loadline budget set and raise', () => {
  it('set a limit in the zone of the budget there is, and raise that for the present', async () => {
    const set = await cli('budget', 'set', 'user', 'eve', '--window', 'day', '--tokens', '2_000', '--json');
    expect(set.json()).toMatchObject({ key: 'eve', limit: 2_000, unit: 'tokens', timeZone: 'America/New_York' });
    const raised = await cli('budget', 'raise', 'user', 'eve', '--window', 'day', '--by', '500', '--json');
    expect(raised.json()).toMatchObject({ limit: 2_500, resetsAt: expect.stringMatching(/T0[45]:00:00/) });
  });

  it('take a session by a beginning of its id, dollars, and everything', async () => {
    await cli('start', '--session', 'whole-session-1');
    const set = ['--window', 'lifetime', '--cost', '$0.25', '--json'];
    expect((await cli('budget', 'set', 'session', 'whole', ...set)).json()).toMatchObject({
      key: 'whole-session-1',
      limit: 0.25,
      resetsAt: null,
    });
    const raised = await cli('budget', 'raise', 'all', '--window', 'month', '--by', '5');
    expect(raised.stdout).toMatch(/^The limit of everything, month is 1,000,005 tokens; it resets in /);
  });

  it('refuse what is no limit, with what to do', async () => {
    const refused = async (...words: readonly string[]) => {
      const { code, stderr } = await cli('budget', ...words);
      return { code, stderr };
    };
    expect(await refused('set', 'usr', 'ann', '--window', 'day', '--tokens', '1')).toMatchObject({ code: 2 });
    expect(await refused('set', 'user', 'ann', '--tokens', '1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'--window <window>' not specified"),
    });
    expect(await refused('set', 'user', 'ann', '--window', 'day')).toEqual({
      code: 1,
      stderr: 'InvalidMessage: needs exactly one of tokens, uncachedTokens and cost\n',
    });
    expect(await refused('raise', 'tenant', 'acme', '--window', 'day', '--by', '5')).toEqual({
      code: 1,
      stderr: 'InvalidMessage: There is no such budget of tenant acme, day; set one first\n',
    });
    expect(await refused('raise', 'user', 'ann', '--window', 'day', '--by', '0.5')).toMatchObject({ code: 1 });
  });
});
