import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BudgetRule } from '../../src/domain/budget.ts';
import { plainUsage, unknownUsage } from '../../src/domain/usage.ts';
import type { Store } from '../../src/store/index.ts';
import { cli as run, newFolder, removeFolder } from '../support/cli.ts';
import { homeStore, rowOf } from '../support/home-store.ts';

const rule: BudgetRule = { scope: 'user', window: 'day', unit: 'tokens', limit: 9_000, timeZone: 'UTC', warnAt: null };
const startedAt = Date.parse('2026-11-20T12:00:00Z');

let folder: string;
let store: Store;
const cli = (...words: readonly string[]) => run(['doctor', '--ledger', ...words], { folder });

beforeEach(async () => {
  folder = newFolder();
  store = await homeStore(folder, ['ann', 'bob']);
  const usage = { ...unknownUsage, input: 100, cacheRead: 900, output: 50 };
  await store.recordSpend(rowOf('ann', 'a1', { startedAt, usage }), [rule]);
  await store.recordSpend(rowOf('bob', 'b1', { startedAt, provider: 'anthropic', model: 'claude-sonnet-5' }), [rule]);
});
afterEach(async () => {
  await store.close();
  removeFolder(folder);
});

/** What no code of ours does. */
function damage(sql: string): void {
  const database = new DatabaseSync(join(folder, 'home', 'loadline.sqlite'));
  database.exec(sql);
  database.close();
}

function exported(text: string): string {
  const file = join(folder, 'usage.csv');
  writeFileSync(file, text);
  return file;
}

describe('loadline doctor --ledger', () => {
  it('says in a line that all adds up', async () => {
    expect(await cli()).toMatchObject({
      code: 0,
      stdout: '✓ The ledger gives the metrics of 2 sessions and 2 budgets.\n',
    });
  });

  it('names a row that was changed behind its back, in the session and in its budget', async () => {
    damage("UPDATE ledger SET output = 60 WHERE row_id = 'a1'");
    const { stdout, code } = await cli();
    expect(code).toBe(1);
    expect(stdout).toContain('✗ session of-ann: outputTokens is kept as 50, the ledger gives 60\n');
    expect(stdout).toContain('session of-ann: details.model.0.totalTokens is kept as 1,050, the ledger gives 1,060\n');
    expect(stdout).toContain(
      '✗ budget user ann, day of 2026-11-20T00:00Z (tokens): spent is kept as 1,050, the ledger gives 1,060\n',
    );
    expect(stdout).not.toContain('bob');
    const { differences } = (await cli('--json')).json<{ differences: unknown[] }>();
    expect(differences).toContainEqual({ of: 'session', name: 'of-ann', field: 'outputTokens', kept: 50, ledger: 60 });
  });

  it('names a budget that says less than its rows', async () => {
    damage('UPDATE budgets SET reserved = 5');
    expect((await cli()).stdout).toMatch(/budget user bob, day .*: reserved is kept as 5, the ledger gives 0/);
  });
});

describe('loadline doctor --ledger --compare', () => {
  it("takes OpenAI's export, whose input has the cached tokens in it", async () => {
    const file = exported(
      'start_time,end_time,start_time_iso,project_id,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens\n' +
        '1795132800,1795219200,2026-11-20T00:00:00+00:00,proj_1,1,gpt-5.2-2025-12-11,1000,50,900\n',
    );
    expect(await cli('--compare', file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ 1 compared, by day and model: 1 equal.'),
    });
  });

  it("takes Anthropic's export, whose parts of the input do not overlap", async () => {
    const usage = { ...unknownUsage, input: 10, cacheRead: 300, cacheWrite5m: 40, cacheWrite1h: 5, output: 7 };
    const row = { startedAt, provider: 'anthropic', model: 'claude-sonnet-5', usage };
    await store.recordSpend(rowOf('bob', 'b2', row), [rule]);
    const file = exported(
      '\uFEFF"usage_date_utc","model_version","api_key","usage_input_tokens_no_cache","usage_input_tokens_cache_write_5m","usage_input_tokens_cache_write_1h","usage_input_tokens_cache_read","usage_output_tokens"\r\n' +
        '"2026-11-20","claude-sonnet-5","key, one","100","0","0","0","10"\r\n' +
        '"2026-11-20","claude-sonnet-5","key two","10","40","5","300","7"\r\n',
    );
    expect(await cli('--compare', file)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 equal.') });
  });

  it('shows what the provider billed and the ledger does not have, and exits with 1', async () => {
    const file = exported('Date;Model;Input tokens;Output tokens\n2026-11-20;gpt-5.2;1,000;70\n');
    const { stdout, code } = await cli('--compare', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2026-11-20 +gpt-5\.2 +1,000 \+ 70 +1,000 \+ 50 +-20 +0$/m);
    expect(stdout).toContain('0 equal, 1 differs.');
    expect(stdout).not.toContain('claude');
  });

  it('shows spending that the provider does not tell of on its days', async () => {
    await store.recordSpend(rowOf('ann', 'a2', { startedAt, model: 'gpt-5-mini' }), [rule]);
    const file = exported('date,model,input,output\n2026-11-20,gpt-5.2,1000,50\n');
    const { stdout, code } = await cli('--compare', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2026-11-20 +gpt-5-mini +0 \+ 0 +100 \+ 10 +\+110 +0$/m);
  });

  it('excuses a ledger that is higher by its estimates of lost attempts, and says so', async () => {
    const lost = { startedAt, state: 'lost', answered: false, error: 'lost', usage: plainUsage(200, 30) } as const;
    await store.recordSpend(rowOf('ann', 'a2', lost), [rule]);
    const file = exported('date,model,input,output\n2026-11-20,gpt-5.2,1100,60\n');
    expect(await cli('--compare', file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 equal, 1 higher in the ledger by estimates of lost attempts.'),
    });
  });

  it('says which column or cell it can not read', async () => {
    const noModel = await cli('--compare', exported('date,input_tokens,output_tokens\n2026-11-20,1,1\n'));
    expect(noModel).toMatchObject({ code: 2, stderr: expect.stringContaining('No column tells the model') });
    const wrong = await cli('--compare', exported('date,model,input,output\n20.11.2026,gpt-5.2,1,1\n'));
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('line 2, date: "20.11.2026" is no day') });
    expect(await cli('--compare', join(folder, 'none.csv'))).toMatchObject({ code: 2 });
  });
});
