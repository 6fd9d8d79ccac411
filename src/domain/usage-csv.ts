import { csv } from './csv.ts';
import { sumOfLines, type UsageGrouping, type UsageLine } from './usage-report.ts';

/** Lines of a usage report as comma-separated values: a column for each grouping, then one for each sum. */
export function usageCsv(by: readonly UsageGrouping[], lines: readonly UsageLine[]): string {
  const titles = Object.keys(sumOfLines([])).filter((name) => name !== 'group') as (keyof Omit<UsageLine, 'group'>)[];
  return csv([
    [...by, ...titles],
    ...lines.map((line) => [
      ...by.map((grouping) => line.group[grouping] ?? null),
      ...titles.map((name) => line[name]),
    ]),
  ]);
}
