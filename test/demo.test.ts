import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { brokenPromises, type Totals } from '../scripts/demo/totals.ts';

const demo = fileURLToPath(new URL('../scripts/demo.ts', import.meta.url));

/** The three numbers of a line of the demo's table. */
function totalsIn(output: string, line: string): number[] {
  const found = output.split('\n').find((one) => one.startsWith(line));
  return [...(found ?? '').matchAll(/[\d,]+/g)].map(([number]) => Number(number.replaceAll(',', '')));
}

describe('npm run demo', () => {
  it('kills its worker in mid-call, answers all the same, and shows three equal totals', async () => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', demo], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    expect({ code: child.exitCode, errors }).toEqual({ code: 0, errors: '' });
    expect(output).not.toContain('\u001B');
    expect(output).toMatch(/kill -9 +\d+: the worker is gone/);
    expect(output).toContain('You live in Oslo.');
    const [provider, ledger, metrics] = totalsIn(output, 'answered calls');
    expect(provider).toBeGreaterThan(0);
    expect([ledger, metrics]).toEqual([provider, provider]);
    const [billed, charged, marked] = totalsIn(output, 'killed attempt');
    expect(charged).toBeGreaterThanOrEqual(billed ?? Number.NaN);
    expect(marked).toBe(charged);
  }, 150_000);

  it('fails when the ledger says less than the provider', () => {
    const totals: Totals = {
      answered: { provider: 300, ledger: 300, metrics: 300 },
      killed: { provider: 90, ledger: 340, metrics: 340 },
      session: { provider: 390, ledger: 640, metrics: 640 },
    };
    expect(brokenPromises(totals)).toEqual([]);
    const less = { ...totals, killed: { provider: 90, ledger: 89, metrics: 89 } };
    expect(brokenPromises(less)).toEqual(['the ledger charges the killed attempt with no less than its bill']);
    const other = { ...totals, answered: { provider: 300, ledger: 301, metrics: 301 } };
    expect(brokenPromises(other)).toEqual(['the ledger equals the provider for answered calls']);
  });
});
