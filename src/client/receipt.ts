import { tallyOf, toUsageSum, type Tally } from '../domain/metrics.ts';
import type { BilledRequest, Tally as ProviderTally } from '../simulator/index.ts';
import type { SessionRow } from '../store/store.ts';
import type { Backend } from './backend.ts';
import type { Receipt, ReceiptLine } from './inspect-api.ts';

/** Holds the session's three books against each other. */
export async function makeReceipt({
  store,
  simulator,
  row,
}: Pick<Backend, 'store' | 'simulator'> & { readonly row: SessionRow }): Promise<Receipt> {
  const { sessionId, createdAt } = row;
  const { totals, tally, unsettled } = await store.books(sessionId);
  const isSimulated = tally.rows === tally.simulatedRows && simulator !== undefined;
  const provider = isSimulated ? await simulator.tally({ session: sessionId }).catch(() => null) : null;
  const lines = {
    provider: provider === null || provider.since > createdAt ? null : billedLine(provider),
    ledger: lineOf(tally),
    metrics: lineOf(tallyOf(totals)),
  };
  const [first, ...others] = [lines.ledger, lines.metrics, ...(lines.provider === null ? [] : [lines.provider])];
  return { ...lines, unsettled, equal: others.every((line) => isSame(line, first)) };
}

function lineOf(tally: Tally): ReceiptLine {
  const { inputTokens, outputTokens, totalTokens } = toUsageSum(tally);
  return { attempts: tally.rows, inputTokens, outputTokens, totalTokens };
}

function billedLine({ requests }: ProviderTally): ReceiptLine {
  const billed = requests.filter(({ outcome }) => outcome !== 'refused').map(tokensOf);
  const inputTokens = billed.reduce((sum, { input }) => sum + input, 0);
  const outputTokens = billed.reduce((sum, { output }) => sum + output, 0);
  return { attempts: billed.length, inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

function tokensOf({ billed }: BilledRequest): { readonly input: number; readonly output: number } {
  return {
    input: billed.input + billed.cacheRead + billed.cacheWrite5m + billed.cacheWrite1h + billed.audioInput,
    output: billed.output + billed.reasoning + billed.audioOutput,
  };
}

function isSame(one: ReceiptLine, other: ReceiptLine): boolean {
  return one.inputTokens === other.inputTokens && one.outputTokens === other.outputTokens;
}
