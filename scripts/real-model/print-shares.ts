import { count } from '../../src/domain/figures.ts';
import { table } from '../../src/cli/terminal/table.ts';
import type { Count } from './counts.ts';
import type { Share } from './team.ts';

interface Line {
  readonly who: string;
  readonly calls: string;
  readonly party: string;
  readonly counted: Count;
}

/** Who counted what of each share; the process fails where two differ. */
export function printShares(shares: readonly Share[]): void {
  const lines = shares.flatMap(({ name, calls, server, ledger, metrics }): Line[] => [
    { who: name, calls: String(calls), party: 'server', counted: server },
    { who: '', calls: '', party: 'ledger', counted: ledger },
    { who: '', calls: '', party: 'metrics', counted: metrics },
  ]);
  const tokens = (name: keyof Count) =>
    ({ title: name, align: 'right', value: ({ counted }: Line) => count(counted[name]) }) as const;
  const columns = [
    { title: 'who', value: ({ who }: Line) => who },
    { title: 'calls', align: 'right', value: ({ calls }: Line) => calls },
    { title: 'counted by', value: ({ party }: Line) => party },
    tokens('input'),
    tokens('cached'),
    tokens('output'),
  ] as const;
  console.log(table<Line>(columns, lines, 80));
  console.log();
  for (const { name, untold, problems } of shares) {
    const besides =
      untold === 0 ? '' : `, beside ${untold} calls that the server told no usage of, which are estimated`;
    console.log(`${name}: ${problems.length === 0 ? `equal${besides}` : problems.join('; ')}`);
    if (problems.length > 0) process.exitCode = 1;
  }
}
