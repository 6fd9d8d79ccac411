import type { Bill, LedgerRow, ModelType } from './ledger.ts';
import { toUsd, type NanoUsd } from './money.ts';
import { deriveUsage, unknownUsage, usageFields, type Usage, type UsageField } from './usage.ts';

/** Metrics of one assistant message, i.e. of the attempt that answered. Seconds and US dollars. */
export interface MessageMetrics extends Usage {
  readonly cost: number | null;
  readonly cacheSavings: number | null;
  readonly duration: number | null;
  readonly timeToFirstToken: number | null;
  readonly provider: string;
  readonly model: string;
  readonly modelType: ModelType;
  readonly source: 'reported' | 'estimated';
  readonly attempt: number;
  readonly simulated?: true;
  readonly providerMetrics: Readonly<Record<string, unknown>> | null;
}

/** A sum over ledger rows as users see it. */
export interface UsageSum extends Usage {
  readonly cost: number | null;
  readonly costUnknown?: true;
  /**
   * US dollars that the provider's prompt cache saved: what the same tokens would have cost without it, less `cost`.
   * Below 0 where writing to it cost more than it has saved so far.
   */
  readonly cacheSavings: number | null;
  /** For each number that some rows lack: how many of them. */
  readonly unknownParts?: Readonly<Partial<Record<UsageField, number>>>;
}

export interface ModelDetail extends UsageSum {
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
}

/** Metrics of one run. `duration` and `timeToFirstToken` are seconds from the run's start. */
export interface RunMetrics extends UsageSum {
  readonly duration: number | null;
  readonly timeToFirstToken: number | null;
  readonly calls: number;
  readonly failedAttempts: number;
  /** Tools that were executed, or tried; a call that was not approved is none. */
  readonly toolCalls: number;
  /** Of these, the ones that failed. */
  readonly toolErrors: number;
  /** Seconds in tools, those side by side added up; what a member takes for its task is none. */
  readonly toolDuration: number;
  readonly estimatedTokens: number;
  readonly details: Readonly<Record<string, readonly ModelDetail[]>>;
  /** Of a team: what each member used, all its runs together. Their sums are in those above. */
  readonly members?: Readonly<Record<string, RunMetrics>>;
  readonly additionalMetrics?: Readonly<Record<string, number>>;
  readonly simulated?: true;
}

/**
 * Metrics of a session: the sums over all its runs, compactions, failed and cancelled work. `members` come from the store:
 * the workflow's own query has none.
 */
export interface SessionMetrics extends Omit<RunMetrics, 'timeToFirstToken'> {
  readonly sessionId: string;
  readonly runs: number;
  readonly compactions: number;
  readonly tokensSavedByCompaction: number;
  readonly contextTokens: number;
  readonly contextWindow: number | null;
  /** 0 to 1; `null` while the window is unknown. */
  readonly contextUse: number | null;
}

interface FieldSum {
  readonly known: number;
  readonly unknown: number;
}

/** Sums over rows that may still be corrected: everything here can be added and taken away again. */
export interface Tally {
  /** Rows whose usage counts (settled, estimated or lost). */
  readonly rows: number;
  readonly calls: number;
  readonly failedAttempts: number;
  readonly simulatedRows: number;
  readonly estimatedTokens: number;
  readonly costNanoUsd: number;
  readonly costUnknownRows: number;
  readonly cacheSavedNanoUsd: number;
  readonly cacheSavedUnknownRows: number;
  readonly usage: Readonly<Record<UsageField, FieldSum>>;
}

const noField: FieldSum = { known: 0, unknown: 0 };

export const emptyTally: Tally = {
  rows: 0,
  calls: 0,
  failedAttempts: 0,
  simulatedRows: 0,
  estimatedTokens: 0,
  costNanoUsd: 0,
  costUnknownRows: 0,
  cacheSavedNanoUsd: 0,
  cacheSavedUnknownRows: 0,
  usage: Object.fromEntries(usageFields.map((field) => [field, noField])) as Record<UsageField, FieldSum>,
};

/** Absolute totals of a session or of a run, as the store keeps them beside the ledger. */
export interface Totals {
  /** Rises with every change; a reader keeps the highest it has seen. */
  readonly version: number;
  /** Keyed by model type, then by `provider/model`. */
  readonly details: Readonly<Record<string, Readonly<Record<string, Tally>>>>;
  readonly runs: number;
  readonly toolCalls: number;
  readonly toolErrors: number;
  readonly toolDurationMs: number;
  readonly compactions: number;
  readonly tokensSavedByCompaction: number;
  readonly durationMs: number;
  readonly additionalMetrics: Readonly<Record<string, number>>;
}

/** Totals of a run, with what the members of its team used: in the sums, and once more by their names. */
export interface RunTotals extends Totals {
  readonly members?: Members;
}

export type Members = Readonly<Record<string, RunTotals>>;

export const emptyTotals: Totals = {
  version: 0,
  details: {},
  runs: 0,
  toolCalls: 0,
  toolErrors: 0,
  toolDurationMs: 0,
  compactions: 0,
  tokensSavedByCompaction: 0,
  durationMs: 0,
  additionalMetrics: {},
};

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTally(value: unknown): boolean {
  if (!isRecord(value) || !isRecord(value['usage'])) return false;
  const { usage } = value;
  const isSum = (sum: unknown): boolean => isRecord(sum) && areNumbers(sum, ['known', 'unknown']);
  const { usage: _, ...numbers } = emptyTally;
  return areNumbers(value, Object.keys(numbers)) && usageFields.every((field) => isSum(usage[field]));
}

function areNumbers(record: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => Number.isFinite(record[name]));
}

/** Are these totals, and not whatever a stranger's signal or start argument holds in their place? */
export function isTotals(value: unknown): value is Totals {
  if (!isRecord(value)) return false;
  const { details, additionalMetrics, ...numbers } = value;
  const { details: _details, additionalMetrics: _metrics, ...own } = emptyTotals;
  if (!isRecord(details) || !isRecord(additionalMetrics)) return false;
  const tallies = Object.values(details).map((models) => (isRecord(models) ? Object.values(models) : [null]));
  return (
    areNumbers(numbers, Object.keys(own)) &&
    areNumbers(additionalMetrics, Object.keys(additionalMetrics)) &&
    tallies.flat().every(isTally)
  );
}

type CountedRow = Bill &
  Pick<LedgerRow, 'state' | 'usage' | 'answered' | 'simulated' | 'provider' | 'model' | 'modelType' | 'error'>;

/** A row counts once it can no longer be given back; one in flight counts as nothing yet. */
function addToTally(tally: Tally, row: CountedRow, sign: 1 | -1): Tally {
  if (row.state === 'reserved') return tally;
  const failed = row.answered ? 0 : 1;
  if (row.state === 'released') return { ...tally, failedAttempts: tally.failedAttempts + sign * failed };
  const usage = row.usage === null ? null : deriveUsage(row.usage);
  const estimated = row.state === 'settled' ? 0 : (usage?.totalTokens ?? 0);
  const field = (name: UsageField): FieldSum => {
    const value = usage?.[name] ?? null;
    const before = tally.usage[name];
    return {
      known: before.known + sign * (value ?? 0),
      unknown: before.unknown + sign * (value === null ? 1 : 0),
    };
  };
  return {
    rows: tally.rows + sign,
    calls: tally.calls + sign * (1 - failed),
    failedAttempts: tally.failedAttempts + sign * failed,
    simulatedRows: tally.simulatedRows + sign * (row.simulated ? 1 : 0),
    estimatedTokens: tally.estimatedTokens + sign * estimated,
    costNanoUsd: tally.costNanoUsd + sign * (row.costNanoUsd ?? 0),
    costUnknownRows: tally.costUnknownRows + sign * (row.costNanoUsd === null ? 1 : 0),
    cacheSavedNanoUsd: tally.cacheSavedNanoUsd + sign * (row.cacheSavedNanoUsd ?? 0),
    cacheSavedUnknownRows: tally.cacheSavedUnknownRows + sign * (row.cacheSavedNanoUsd === null ? 1 : 0),
    usage: Object.fromEntries(usageFields.map((name) => [name, field(name)])) as Record<UsageField, FieldSum>,
  };
}

function isEmpty(tally: Tally): boolean {
  return tally.rows === 0 && tally.failedAttempts === 0;
}

function addToTotals(totals: Totals, row: CountedRow, sign: 1 | -1): Totals {
  if (row.state === 'reserved') return totals;
  const model = `${row.provider}/${row.model}`;
  const ofType = totals.details[row.modelType] ?? {};
  const detail = addToTally(ofType[model] ?? emptyTally, row, sign);
  const { [model]: _, ...others } = ofType;
  const nextOfType = isEmpty(detail) ? others : { ...ofType, [model]: detail };
  const { [row.modelType]: __, ...otherTypes } = totals.details;
  return {
    ...totals,
    details: Object.keys(nextOfType).length === 0 ? otherTypes : { ...totals.details, [row.modelType]: nextOfType },
  };
}

/**
 * Totals after a row changed from `before` (`null`: it is new) to `after`.
 *
 * The order of changes does not matter, and replacing a row takes away exactly what it had added.
 *
 * @example
 * const totals = applyRow(emptyTotals, null, settledRow); // version 1
 */
export function applyRow(totals: Totals, before: CountedRow | null, after: CountedRow): Totals {
  const without = before === null ? totals : addToTotals(totals, before, -1);
  return { ...addToTotals(without, after, 1), version: totals.version + 1 };
}

/** The sum over all models: not kept beside the parts, since every activity hands totals to the workflow's history. */
export function tallyOf({ details }: Pick<Totals, 'details'>): Tally {
  return Object.values(details)
    .flatMap((models) => Object.values(models))
    .reduce(addTallies, emptyTally);
}

function addTallies(one: Tally, other: Tally): Tally {
  const numbers = Object.entries(one).flatMap(([name, value]) =>
    typeof value === 'number' ? [[name, value + (other[name as keyof Tally] as number)]] : [],
  );
  const usage = usageFields.map((name) => {
    const [a, b] = [one.usage[name], other.usage[name]];
    return [name, { known: a.known + b.known, unknown: a.unknown + b.unknown }];
  });
  return { ...(Object.fromEntries(numbers) as unknown as Tally), usage: Object.fromEntries(usage) as Tally['usage'] };
}

/** A tally in the form users see. */
export function toUsageSum(tally: Tally): UsageSum {
  const value = (name: UsageField): number | null => {
    const { known, unknown } = tally.usage[name];
    return tally.rows > 0 && unknown === tally.rows ? null : known;
  };
  const missing = usageFields.filter((name) => tally.usage[name].unknown > 0);
  const usage = Object.fromEntries(usageFields.map((name) => [name, value(name)])) as Record<UsageField, number | null>;
  const dollars = (nano: NanoUsd, unknownRows: number): number | null =>
    tally.rows > 0 && unknownRows === tally.rows ? null : toUsd(nano);
  return {
    ...usage,
    cost: dollars(tally.costNanoUsd, tally.costUnknownRows),
    cacheSavings: dollars(tally.cacheSavedNanoUsd, tally.cacheSavedUnknownRows),
    ...(tally.costUnknownRows > 0 ? { costUnknown: true as const } : {}),
    ...(missing.length > 0
      ? { unknownParts: Object.fromEntries(missing.map((name) => [name, tally.usage[name].unknown])) }
      : {}),
  };
}

function toDetails(totals: Totals): Record<string, ModelDetail[]> {
  const details: Record<string, ModelDetail[]> = {};
  for (const [modelType, models] of Object.entries(totals.details)) {
    const list = Object.entries(models).map(([id, tally]) => {
      const slash = id.indexOf('/');
      return { provider: id.slice(0, slash), model: id.slice(slash + 1), calls: tally.calls, ...toUsageSum(tally) };
    });
    if (list.length > 0) details[modelType] = list;
  }
  return details;
}

function common(totals: Totals) {
  const sum = tallyOf(totals);
  const named = Object.keys(totals.additionalMetrics).length > 0;
  return {
    ...toUsageSum(sum),
    calls: sum.calls,
    failedAttempts: sum.failedAttempts,
    toolCalls: totals.toolCalls,
    toolErrors: totals.toolErrors,
    toolDuration: totals.toolDurationMs / 1000,
    estimatedTokens: sum.estimatedTokens,
    details: toDetails(totals),
    ...(named ? { additionalMetrics: totals.additionalMetrics } : {}),
    ...(sum.simulatedRows > 0 ? { simulated: true as const } : {}),
  };
}

/** A run's totals in the form users see. `timeToFirstTokenMs` counts from the run's start. */
export function toRunMetrics(totals: RunTotals, timeToFirstTokenMs: number | null): RunMetrics {
  return {
    ...common(totals),
    duration: totals.durationMs / 1000,
    timeToFirstToken: timeToFirstTokenMs === null ? null : timeToFirstTokenMs / 1000,
    ...membersOf(totals.members ?? null),
  };
}

/** What members used, in the form users see. */
export function membersOf(members: Members | null): Pick<RunMetrics, 'members'> {
  if (members === null) return {};
  return { members: Object.fromEntries(Object.entries(members).map(([name, of]) => [name, toRunMetrics(of, null)])) };
}

export interface ContextUse {
  /** Tokens of the last request and its answer: what the next request starts from. */
  readonly tokens: number;
  readonly window: number | null;
}

/** A session's totals in the form users see. */
export function toSessionMetrics(
  sessionId: string,
  totals: Totals,
  context: ContextUse,
  members: Members | null = null,
): SessionMetrics {
  return {
    sessionId,
    ...common(totals),
    duration: totals.durationMs / 1000,
    ...membersOf(members),
    runs: totals.runs,
    compactions: totals.compactions,
    tokensSavedByCompaction: totals.tokensSavedByCompaction,
    contextTokens: context.tokens,
    contextWindow: context.window,
    contextUse: context.window === null ? null : context.tokens / context.window,
  };
}

/** Metrics of the message that a row's attempt answered with. */
export function toMessageMetrics(row: LedgerRow): MessageMetrics {
  return {
    ...deriveUsage(row.usage ?? unknownUsage),
    cost: row.costNanoUsd === null ? null : toUsd(row.costNanoUsd),
    cacheSavings: row.cacheSavedNanoUsd === null ? null : toUsd(row.cacheSavedNanoUsd),
    duration: row.durationMs === null ? null : row.durationMs / 1000,
    timeToFirstToken: row.timeToFirstTokenMs === null ? null : row.timeToFirstTokenMs / 1000,
    provider: row.provider,
    model: row.model,
    modelType: row.modelType,
    source: row.state === 'settled' ? 'reported' : 'estimated',
    attempt: row.attempt,
    ...(row.simulated ? { simulated: true as const } : {}),
    providerMetrics: row.providerMetrics,
  };
}
