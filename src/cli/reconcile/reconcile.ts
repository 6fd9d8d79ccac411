import { readFile } from 'node:fs/promises';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { print, printDocument } from '../output.ts';
import type { CommonOptions } from '../place.ts';
import { paint } from '../terminal/colours.ts';
import { count } from '../../domain/figures.ts';
import { screenWidth } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { withStore } from '../with-client.ts';
import { auditLedger, type Difference } from './audit-ledger.ts';
import { compareUsage, type Comparison, type Tokens } from './compare-usage.ts';
import { readProviderUsage } from './provider-usage.ts';

export interface ReconcileOptions extends CommonOptions {
  readonly compare?: string;
  readonly provider?: string;
}

/** Holds what is kept beside the ledger against its rows, and its rows against a provider's export. */
export async function reconcile(options: ReconcileOptions): Promise<void> {
  const told = options.compare === undefined ? null : readProviderUsage(await readText(options.compare));
  await withStore(options, async (store) => {
    const { sessions, budgets, differences } = await auditLedger(store);
    const lines = told === null ? [] : await store.usage({ by: ['day', 'model'], simulated: true });
    const compared = told === null ? null : compareUsage(told, lines, options.provider);
    const differing = compared?.filter(({ verdict }) => verdict === 'differs') ?? [];
    const ok = differences.length === 0 && differing.length === 0;
    process.exitCode = ok ? exitCodes.completed : exitCodes.failed;
    if (options.json === true) {
      const comparison = compared === null ? {} : { comparison: compared };
      return printDocument({ ok, sessions, budgets, differences, ...comparison });
    }
    const checked = `${count(sessions)} sessions and ${count(budgets)} budgets`;
    if (differences.length === 0) print(`${paint('green', '✓')} The ledger gives the metrics of ${checked}.`);
    else
      print(
        ...differences.map(describeDifference),
        `${count(differences.length)} ${differences.length === 1 ? 'difference' : 'differences'} in ${checked}.`,
      );
    if (compared !== null) print(describeComparison(compared));
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--compare ${file}: ${(error as Error).message}`);
  }
}

function describeDifference({ of, name, field, kept, ledger }: Difference): string {
  const shown = (value: unknown): string => (typeof value === 'number' ? count(value) : String(value));
  return `${paint('red', '✗')} ${of} ${name}: ${field} is kept as ${shown(kept)}, the ledger gives ${shown(ledger)}`;
}

function describeComparison(compared: readonly Comparison[]): string {
  const how = (verdict: Comparison['verdict']): number => compared.filter((one) => one.verdict === verdict).length;
  const [equal, estimated, differs] = [how('equal'), how('estimated'), how('differs')];
  const summary = [
    `${count(compared.length)} compared, by day and model: ${count(equal)} equal`,
    ...(estimated === 0 ? [] : [`${count(estimated)} higher in the ledger by estimates of lost attempts`]),
    ...(differs === 0 ? [] : [`${count(differs)} ${differs === 1 ? 'differs' : 'differ'}`]),
  ].join(', ');
  const mark = differs === 0 ? paint('green', '✓') : paint('red', '✗');
  const shown = compared.filter(({ verdict }) => verdict !== 'equal');
  return [...(shown.length === 0 ? [] : [differenceTable(shown)]), `${mark} ${summary}.`].join('\n');
}

function differenceTable(compared: readonly Comparison[]): string {
  const inAndOut = ({ inputTokens, outputTokens }: Tokens): string => `${count(inputTokens)} + ${count(outputTokens)}`;
  const total = ({ inputTokens, outputTokens }: Tokens): number => inputTokens + outputTokens;
  const signed = (value: number): string => `${value > 0 ? '+' : ''}${count(value)}`;
  return table<Comparison>(
    [
      { title: 'DAY', value: ({ day }) => day },
      { title: 'MODEL', value: ({ model }) => model },
      { title: 'PROVIDER', align: 'right', value: ({ provider }) => inAndOut(provider) },
      { title: 'LEDGER', align: 'right', value: ({ ledger }) => inAndOut(ledger) },
      { title: 'MORE', align: 'right', value: ({ ledger, provider }) => signed(total(ledger) - total(provider)) },
      { title: 'ESTIMATED', align: 'right', spare: 1, value: ({ ledger }) => count(ledger.estimatedTokens) },
    ],
    compared,
    screenWidth(),
    (text) => paint('dim', text),
  );
}
