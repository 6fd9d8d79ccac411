import type { Budget, BudgetShortfall, BudgetUnit } from './budget.ts';
import { toUsd } from './money.ts';
import { shellWord } from './shell-word.ts';

const grouped = new Intl.NumberFormat('en-US');

/** An amount for people: `498,200 tokens`, `$1.25`. */
export function formatAmount(amount: number, unit: BudgetUnit): string {
  if (unit === 'cost') return `$${dollarsText(amount)}`;
  return `${amountText(amount)} ${unit === 'tokens' ? 'tokens' : 'uncached tokens'}`;
}

/** A count for people: `498,200`. */
export function amountText(amount: number): string {
  return grouped.format(amount);
}

/** Nano-dollars as plain decimal dollars: `1.25`. */
export function dollarsText(nanoUsd: number): string {
  return toUsd(nanoUsd)
    .toFixed(9)
    .replace(/\.?0+$/, '');
}

/** A budget's name for people: `user ann, day`. */
export function budgetName({ scope, key, window }: Pick<Budget, 'scope' | 'window'> & { key: string | null }): string {
  if (scope === 'all') return `everything, ${window}`;
  return key === null ? `every ${scope}, ${window}` : `${scope} ${key}, ${window}`;
}

/** An instant (ISO 8601) to the minute: `2026-11-23 00:00 UTC`. */
export function instantText(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

/** What is used, what is reserved, what is needed, when it resets, and what to do. */
export function explainShortfall(shortfall: BudgetShortfall): string {
  const { unit, spent, reserved, limit, needed, end } = shortfall;
  const name = budgetName(shortfall);
  if (needed === null) {
    return `The budget of ${name} is in dollars and the model's price is unknown; set models.….price in the config`;
  }
  const used = `${formatAmount(spent, unit)} of ${formatAmount(limit, unit)} are spent`;
  const held = reserved === 0 ? '' : `, ${formatAmount(reserved, unit)} reserved by calls in flight`;
  const reset = end === null ? 'It never resets' : `It resets at ${instantText(end)}`;
  return (
    `The budget of ${name} does not cover this call: ${used}${held}; the call needs up to ${formatAmount(needed, unit)}. ` +
    `${reset}; raise it with \`${raiseCommand(shortfall, needed)}\``
  );
}

/** Gives what is missing and as much again as the call needs, so that the next one is not refused at once. */
function raiseCommand(
  { scope, key, window, unit, timeZone, spent, reserved, limit }: Budgeted,
  needed: number,
): string {
  const by = roundedUp(Math.max(0, spent + reserved + needed - limit) + needed);
  return [
    `loadline budget raise ${scope}`,
    ...(scope === 'all' ? [] : [shellWord(key)]),
    `--window ${window}`,
    `--by ${unit === 'cost' ? dollarsText(by) : by}`,
    `--unit ${unit}`,
    ...(timeZone === 'UTC' ? [] : [`--time-zone ${shellWord(timeZone)}`]),
  ].join(' ');
}

type Budgeted = Omit<BudgetShortfall, 'needed'>;

/** To two digits that count, as a person would say it. */
function roundedUp(amount: number): number {
  const step = 10 ** Math.max(0, String(amount).length - 2);
  return Math.ceil(amount / step) * step;
}
