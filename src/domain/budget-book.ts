import {
  defaultWarnAt,
  keyOfAll,
  limitInForce,
  ruleId,
  type Budget,
  type BudgetOverride,
  type BudgetPeriod,
  type BudgetRule,
  type BudgetScope,
  type BudgetStanding,
  type BudgetUnit,
  type BudgetWindow,
} from './budget.ts';
import { budgetName } from './budget-words.ts';
import { LoadlineError } from './errors.ts';

/** All limits there are: the config's, and those set from outside it. */
export interface BudgetBook {
  readonly rules: readonly BudgetRule[];
  readonly overrides: readonly BudgetOverride[];
}

/** What a budget counts, of whom, over what: all but its limit. */
export interface BudgetName {
  readonly scope: BudgetScope;
  /** `null`: each of its own. */
  readonly key: string | null;
  readonly window: BudgetWindow;
  readonly unit: BudgetUnit;
  readonly timeZone: string;
}

type PeriodOf = (window: BudgetWindow, timeZone: string) => BudgetPeriod;

/**
 * How budgets stand under the limits of now: a budget keeps the limit of its last reservation until the next one, and
 * one that nobody spent on yet is known by its limit alone. Those that no limit is set for any more are left out.
 *
 * @param touched those that were spent on, in windows that have not ended.
 */
export function standingsInForce(
  { rules, overrides }: BudgetBook,
  touched: readonly BudgetStanding[],
  periodOf: PeriodOf,
): BudgetStanding[] {
  const inForce = (name: BudgetName, period: BudgetPeriod): Budget | null => {
    const id = ruleId(name);
    const rule = rules.find((one) => ruleId(one) === id);
    const limit = limitInForce(overrides, id, name.key, period.start) ?? rule?.limit ?? null;
    if (limit === null) return null;
    const key = name.key ?? keyOfAll;
    const warnAt = rule === undefined ? defaultWarnAt : rule.warnAt;
    return { ...name, ...period, key, limit, warnAt, id: `${id}|${key}|${period.start ?? ''}` };
  };
  const standings = new Map<string, BudgetStanding>();
  const add = (name: BudgetName, period: BudgetPeriod, counts: Counts): void => {
    const budget = inForce(name, period);
    if (budget !== null && !standings.has(budget.id)) standings.set(budget.id, { ...budget, ...counts });
  };
  for (const { scope, key, window, unit, timeZone, start, end, spent, reserved, unreserved } of touched) {
    add({ scope, key, window, unit, timeZone }, { start, end }, { spent, reserved, unreserved });
  }
  const everything = rules.filter(({ scope }) => scope === 'all').map((rule) => ({ ...rule, key: keyOfAll }));
  for (const { scope, key, window, unit, timeZone } of [...everything, ...overrides]) {
    if (key === null && scope !== 'all') continue;
    add({ scope, key: key ?? keyOfAll, window, unit, timeZone }, periodOf(window, timeZone), nothing);
  }
  return [...standings.values()];
}

type Counts = Pick<BudgetStanding, 'spent' | 'reserved' | 'unreserved'>;
const nothing: Counts = { spent: 0, reserved: 0, unreserved: 0 };

/** A budget as a person names it: what is left out follows from the limits that there are. */
export interface BudgetReference {
  readonly scope: BudgetScope;
  readonly key: string | null;
  readonly window: BudgetWindow;
  readonly unit?: BudgetUnit;
  readonly timeZone?: string;
}

type BudgetKind = Omit<BudgetName, 'key'>;

function kindsOf({ rules, overrides }: BudgetBook): readonly BudgetKind[] {
  return [...new Map<string, BudgetKind>([...rules, ...overrides].map((one) => [ruleId(one), one])).values()];
}

/** The kinds of budget that a reference may mean: with a limit, of this scope and window, and of its unit and zone. */
function meant(book: BudgetBook, { scope, window, unit, timeZone }: BudgetReference): BudgetKind[] {
  return kindsOf(book).filter(
    (one) =>
      one.scope === scope &&
      one.window === window &&
      (unit ?? one.unit) === one.unit &&
      (timeZone ?? one.timeZone) === one.timeZone,
  );
}

/** The limits that each session, user, agent or tenant has of its own, as long as none is set for it alone. */
export function generalLimits(book: BudgetBook, periodOf: PeriodOf): (BudgetName & { readonly limit: number })[] {
  return kindsOf(book).flatMap((kind) => {
    const { scope, window, unit, timeZone } = kind;
    const id = ruleId(kind);
    const rule = book.rules.find((one) => ruleId(one) === id);
    const limit = limitInForce(book.overrides, id, null, periodOf(window, timeZone).start) ?? rule?.limit ?? null;
    return limit === null || scope === 'all' ? [] : [{ scope, key: null, window, unit, timeZone, limit }];
  });
}

/** The zone that a limit which names none is for: that of the limit it changes, else UTC. */
export function zoneMeant(book: BudgetBook, reference: BudgetReference): string {
  const zones = new Set(meant(book, reference).map(({ timeZone }) => timeZone));
  const [only] = zones;
  return zones.size === 1 && only !== undefined ? only : (reference.timeZone ?? 'UTC');
}

/**
 * The limit of a reference in the window that holds now.
 *
 * @throws LoadlineError `InvalidMessage` when there is no such budget, or several.
 */
export function limitMeant(
  book: BudgetBook,
  reference: BudgetReference,
  periodOf: PeriodOf,
): BudgetName & { readonly limit: number; readonly period: BudgetPeriod } {
  const { scope, window } = reference;
  const key = scope === 'all' ? null : reference.key;
  const found = meant(book, reference).flatMap((kind) => {
    const { unit, timeZone } = kind;
    const period = periodOf(window, timeZone);
    const id = ruleId(kind);
    const limit =
      limitInForce(book.overrides, id, key, period.start) ??
      book.rules.find((rule) => ruleId(rule) === id)?.limit ??
      null;
    return limit === null ? [] : [{ scope, key, window, unit, timeZone, period, limit }];
  });
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  const name = budgetName({ scope, key, window });
  if (only === undefined) {
    const known = meant(book, { scope, key, window }).map(({ unit, timeZone }) => `${unit} in ${timeZone}`);
    const hint = known.length === 0 ? 'set one first' : `there is one of ${known.join(', one of ')}`;
    throw new LoadlineError('InvalidMessage', `There is no such budget of ${name}; ${hint}`);
  }
  const utc = found.filter(({ timeZone }) => timeZone === 'UTC');
  if (reference.timeZone === undefined && utc.length === 1 && utc[0] !== undefined && sameUnit(found)) return utc[0];
  const choices = found.map(({ unit, timeZone }) => `${unit} in ${timeZone}`).join(', ');
  throw new LoadlineError(
    'InvalidMessage',
    `There are several budgets of ${name}: ${choices}; name unit and time zone`,
  );
}

function sameUnit(found: readonly { readonly unit: BudgetUnit }[]): boolean {
  return new Set(found.map(({ unit }) => unit)).size === 1;
}

/** The budget with the least left of its limit; one that is short of what is needed comes before all others. */
export function tightest(
  standings: readonly BudgetStanding[],
  neededOf: (unit: BudgetUnit) => number,
): (BudgetStanding & { readonly fits: boolean }) | null {
  const ranked = standings.map((standing) => {
    const left = standing.limit - standing.spent - standing.reserved - neededOf(standing.unit);
    return { standing: { ...standing, fits: left >= 0 }, left: left / Math.max(1, standing.limit) };
  });
  return ranked.toSorted((a, b) => a.left - b.left)[0]?.standing ?? null;
}
