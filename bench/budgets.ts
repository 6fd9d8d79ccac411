/** What the budget gate adds to a call: the same reserve and settle, with budgets of three scopes and without. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BudgetRule } from '../src/domain/budget.ts';
import { createStore } from '../src/store/index.ts';
import { beginInput, openInput, owner, reservedRow, settlementOf, start } from '../test/store/fixtures.ts';

const common = { window: 'day', unit: 'tokens', limit: 1e12, timeZone: 'UTC', warnAt: 0.8 } as const;
const rules: readonly BudgetRule[] = [
  { ...common, scope: 'session' },
  { ...common, scope: 'user' },
  { ...common, scope: 'all' },
];
const sessions = 64;
const callsEach = 40;
const rounds = 9;

const folder = mkdtempSync(join(tmpdir(), 'loadline-bench-'));
const store = createStore(`sqlite:${join(folder, 'bench.sqlite')}`);
await store.migrate();
const ids = Array.from({ length: sessions }, (_, n) => `s-${n}`);
for (const id of ids) {
  await store.openSession(openInput(id));
  await store.beginRun(beginInput(id, `r-${id}`));
}

/** Milliseconds for each pair of reserve and settle; `ids` at once, one after the other in each. */
async function pairs(of: readonly string[], under: readonly BudgetRule[], round: string): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    of.map(async (id) => {
      for (let call = 0; call < callsEach; call++) {
        const row = { ...reservedRow(id, `r-${id}`, `c-${id}-${round}-${call}`), user: id.slice(0, 3) };
        const { shortfall } = await store.reserve({ row, rules: under, owner, leaseUntil: start, events: [] });
        if (shortfall !== null) throw new Error('the budget of the bench is too small');
        await store.settle(settlementOf(row, { ends: false }));
      }
    }),
  );
  return (performance.now() - begun) / (of.length * callsEach);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

await pairs(ids, rules, 'warm');
const one = { bare: [] as number[], gated: [] as number[] };
const many: number[] = [];
for (let round = 0; round < rounds; round++) {
  one.bare.push(await pairs(ids.slice(0, 1), [], `bare-${round}`));
  one.gated.push(await pairs(ids.slice(0, 1), rules, `gated-${round}`));
  many.push(await pairs(ids, rules, `many-${round}`));
}
await store.close();
rmSync(folder, { recursive: true, force: true });

const added = median(one.gated.map((ms, n) => ms - (one.bare[n] ?? 0)));
const rate = 1000 / median(many);
const verdict = (ok: boolean): string => (ok ? 'ok  ' : 'MISS');
console.log(
  `${verdict(added <= 1)} budgets of three scopes add to a call: ${added.toFixed(2)} ms (at most 1; ${median(one.bare).toFixed(2)} ms without)`,
);
console.log(
  `${verdict(rate >= 2000)} reserve+settle pairs a second under three scopes: ${rate.toFixed(0)} (at least 2000; the best round ${(1000 / Math.min(...many)).toFixed(0)})`,
);
process.exitCode = added <= 1 && rate >= 2000 ? 0 : 1;
