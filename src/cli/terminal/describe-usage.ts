import type { UsageGrouping, UsageLine } from '../../domain/usage-report.ts';
import { paint } from './colours.ts';
import { fields } from './fields.ts';
import { count, dollars, percent } from '../../domain/figures.ts';
import { table, type Column } from './table.ts';

const nobody = '–';

/** A line for each group, their sum, and which parts of it gave no answer or are estimates. */
export function describeUsage(
  by: readonly UsageGrouping[],
  lines: readonly UsageLine[],
  total: UsageLine,
  width: number,
): string {
  const rows = [...lines, total];
  const some = (field: CountedField): boolean => total[field] > 0;
  const number = (title: string, field: CountedField, spare?: number): Column<UsageLine> => ({
    title,
    align: 'right',
    value: (line) => count(line[field]),
    ...(spare === undefined ? {} : { spare }),
  });
  const shares = [
    ['FAILED', 'failedTokens', 5],
    ['CANCELLED', 'cancelledTokens', 7],
    ['ESTIMATED', 'estimatedTokens', 6],
    ['COMPACTION', 'compactionTokens', 8],
    ['UNRESERVED', 'unreservedTokens', 9],
  ] as const;
  const drawn = table<UsageLine>(
    [
      ...by.map((grouping, at) => ({
        title: grouping.toUpperCase(),
        value: (line: UsageLine) => (line === total ? '' : (line.group[grouping] ?? nobody)),
        ...(at === 0
          ? { value: (line: UsageLine) => (line === total ? 'total' : (line.group[grouping] ?? nobody)) }
          : {}),
      })),
      number('CALLS', 'calls', 3),
      number('IN', 'inputTokens'),
      ...(some('cacheReadTokens') ? [number('CACHED', 'cacheReadTokens', 4)] : []),
      number('OUT', 'outputTokens'),
      number('TOTAL', 'totalTokens', 2),
      { title: 'COST', align: 'right', value: costOf },
      ...shares.filter(([, field]) => some(field)).map(([title, field, spare]) => number(title, field, spare)),
    ],
    rows,
    width,
    (text) => paint('dim', text),
  );
  const [body, sum] = [drawn.slice(0, drawn.lastIndexOf('\n')), drawn.slice(drawn.lastIndexOf('\n') + 1)];
  const parts = describeParts(total);
  const below = parts.length === 0 ? [] : ['', fields(parts, width)];
  return [body, paint('bold', sum), ...below].join('\n');
}

type CountedField = Exclude<keyof UsageLine, 'group' | 'cost' | 'cacheSavings'>;

/** What is known of a cost; what has no price is never taken for free. */
function costOf({ cost, costUnknown, calls }: UsageLine): string {
  if (costUnknown === 0) return dollars(cost);
  return cost === 0 && costUnknown >= calls ? '$?' : `${dollars(cost)} + ?`;
}

function describeParts(total: UsageLine): (readonly [string, string])[] {
  const part = (label: string, tokens: number): (readonly [string, string])[] =>
    tokens === 0 ? [] : [[label, `${count(tokens)} tokens, ${percent(tokens / total.totalTokens)} of the total`]];
  return [
    ...(total.cacheSavings > 0
      ? [['saved', `${dollars(total.cacheSavings)} by the providers' prompt caches`] as const]
      : []),
    ...part('failed', total.failedTokens),
    ...part('cancelled', total.cancelledTokens),
    ...part('estimated', total.estimatedTokens),
    ...part('compaction', total.compactionTokens),
    ...part('unreserved', total.unreservedTokens),
    ...(total.costUnknown === 0
      ? []
      : [
          [
            'no price',
            `${count(total.costUnknown)} ${total.costUnknown === 1 ? 'call' : 'calls'}; set models.….price in the config`,
          ] as const,
        ]),
  ];
}
