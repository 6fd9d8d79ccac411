import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plainUsage, unknownUsage } from '../../src/domain/usage.ts';
import type { UsageLine } from '../../src/domain/usage-report.ts';
import { cli as run, newFolder, removeFolder } from '../support/cli.ts';
import { homeStore, rowOf } from '../support/home-store.ts';

const folder = newFolder();
const cli = (...words: readonly string[]) => run(words, { folder });

/** Half an hour after midnight in Oslo is the day before in UTC. */
const night = Date.parse('2026-11-20T23:30:00Z');
const noon = Date.parse('2026-11-20T12:00:00Z');

beforeAll(async () => {
  const store = await homeStore(folder, ['ann', 'bob']);
  const usage = { ...unknownUsage, input: 100, cacheRead: 900, output: 50 };
  await store.recordSpend(
    rowOf('ann', 'a1', { startedAt: noon, usage, costNanoUsd: 100_000_000, cacheSavedNanoUsd: 810_000 }),
    [],
  );
  await store.recordSpend(rowOf('ann', 'a2', { startedAt: night, costNanoUsd: 200_000_000 }), []);
  await store.recordSpend(rowOf('bob', 'b1', { startedAt: noon, model: 'gpt-5-mini', costNanoUsd: null }), []);
  const cancelled = { startedAt: noon, state: 'estimated', answered: false, error: 'aborted' } as const;
  await store.recordSpend(rowOf('bob', 'b2', cancelled), []);
  await store.recordSpend(rowOf('bob', 'b3', { startedAt: noon, provider: 'simulated', simulated: true }), []);
  const quoted = { startedAt: noon, tenant: 'Berg, "Sons"', usage: plainUsage(1, 1), costNanoUsd: 1 };
  await store.recordSpend(rowOf('bob', 'b4', quoted), []);
  await store.close();
});
afterAll(() => removeFolder(folder));

interface Report {
  readonly lines: readonly UsageLine[];
  readonly total: UsageLine;
  readonly simulatedTokensLeftOut: number;
}

describe('loadline usage', () => {
  it('adds up by the day of the call, in the zone that is asked for', async () => {
    const days = async (...words: readonly string[]) =>
      (await cli('usage', '--by', 'day', '--json', ...words))
        .json<Report>()
        .lines.map(({ group, totalTokens }) => [group.day, totalTokens]);
    expect(await days()).toEqual([['2026-11-20', 1_382]]);
    const oslo = ['--time-zone', 'Europe/Oslo'];
    expect(await days(...oslo)).toEqual([
      ['2026-11-20', 1_272],
      ['2026-11-21', 110],
    ]);
    expect(await days(...oslo, '--from', '2026-11-21')).toEqual([['2026-11-21', 110]]);
    expect(await days(...oslo, '--to', '2026-11-20')).toEqual([['2026-11-20', 1_272]]);
    expect(await days('--to', '2026-11-20T12:00:00Z')).toEqual([]);
  });

  it('shows a table with a line of totals, shares, and what was left out', async () => {
    const { stdout, stderr } = await cli('usage', '--by', 'user,model');
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(
      /^USER +MODEL +CALLS +IN +CACHED +OUT +TOTAL +COST +FAILED +CANCELLED +ESTIMATED +UNRESERVED$/,
    );
    expect(stdout).toMatch(/^ann +openai\/gpt-5\.2 +2 +1,100 +900 +60 +1,160 +\$0\.3000/m);
    expect(stdout).toMatch(/^bob +openai\/gpt-5-mini +1 +100 +0 +10 +110 +\$\?/m);
    expect(stdout).toMatch(/^total +4 +1,301 +900 +81 +1,382 +\$0\.3010 \+ \?/m);
    expect(stdout).toMatch(/^saved +\$0\.00081 by the providers' prompt caches$/m);
    expect(stdout).toMatch(/^cancelled +110 tokens, 8 % of the total$/m);
    expect(stderr).toMatch(/left out \(110 tokens\); to see it: .* usage --by user,model --simulated\n$/);
  });

  it('writes CSV that a spreadsheet reads', async () => {
    const { stdout } = await cli('usage', '--by', 'tenant', '--csv');
    const [titles, ...rows] = stdout.trimEnd().split('\r\n');
    expect(titles).toBe(
      'tenant,calls,inputTokens,outputTokens,totalTokens,cacheReadTokens,cost,cacheSavings,costUnknown,' +
        'failedTokens,cancelledTokens,estimatedTokens,compactionTokens,unreservedTokens',
    );
    expect(rows).toContain('"Berg, ""Sons""",1,1,1,2,0,0.000000001,0,0,0,0,0,0,2');
  });

  it('says that all is simulated, and the command that shows it does', async () => {
    const fresh = newFolder();
    const store = await homeStore(fresh, ['ann']);
    const empty = await run(['usage'], { folder: fresh });
    expect(empty.stdout).toBe('Nothing was spent.\n');
    await store.recordSpend(rowOf('ann', 'a1', { provider: 'simulated', simulated: true }), []);
    await store.close();
    const { stdout, stderr } = await run(['usage'], { folder: fresh });
    expect(stdout).toBe('');
    expect(stderr).toContain('All that was spent is simulated (110 tokens)');
    const shown = await run(['usage', '--simulated'], { folder: fresh });
    expect(shown.stdout).toMatch(/simulated\/gpt-5\.2 +1 +100 +10 +110/);
    removeFolder(fresh);
  });

  it('refuses what it does not know, naming what is near', async () => {
    expect(await cli('usage', '--by', 'modl')).toMatchObject({ code: 2, stderr: expect.stringContaining('"model"') });
    expect(await cli('usage', '--from', 'yesterday')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no time/),
    });
    expect(await cli('usage', '--time-zone', 'Mars')).toMatchObject({ code: 1, stderr: expect.stringMatching(/IANA/) });
  });
});
