import type { SessionMetrics, UsageSum } from '../../domain/metrics.ts';
import { usageFields, type UsageField } from '../../domain/usage.ts';
import { cost, gaugeWithTokens } from './closing-line.ts';
import { paint } from './colours.ts';
import { describeCaching } from './describe-caching.ts';
import { describeCompactions } from './describe-compactions.ts';
import { fields } from './fields.ts';
import type { GaugeMarks } from '../../domain/gauge-level.ts';
import { count, duration } from '../../domain/figures.ts';
import { screenWidth } from './screen.ts';
import { table } from './table.ts';
import { wrap } from './wrap.ts';

interface Line extends UsageSum {
  readonly type: string;
  readonly model: string;
  readonly calls: number;
  readonly estimatedTokens: number;
}

/** A session's metrics: the context, a line for each model, and what else was counted. */
export function describeMetrics(metrics: SessionMetrics, marks: GaugeMarks): string {
  const models: Line[] = Object.entries(metrics.details).flatMap(([type, list]) =>
    list.map((detail) => ({ ...detail, type, model: `${detail.provider}/${detail.model}`, estimatedTokens: 0 })),
  );
  const total: Line = { ...metrics, type: '', model: 'total' };
  const simulated = metrics.simulated === true ? `  ${paint('yellow', 'simulated')}` : '';
  const words = [describeCaching(metrics), describeCompactions(metrics)].filter((text) => text !== null);
  return [
    `${paint('bold', metrics.sessionId)}${simulated}`,
    gaugeWithTokens(metrics, marks, screenWidth()),
    '',
    describeLines([...models, total]),
    '',
    fields(rest(metrics), screenWidth()),
    ...words.flatMap((text) => ['', ...wrap(text, screenWidth())]),
  ].join('\n');
}

function describeLines(lines: readonly Line[]): string {
  const shown = (field: UsageField): boolean => lines.some((line) => (line[field] ?? 0) > 0);
  const column = (title: string, field: UsageField, spare?: number) => ({
    title,
    align: 'right' as const,
    value: (line: Line) => known(line, field),
    ...(spare === undefined ? {} : { spare }),
  });
  return table<Line>(
    [
      { title: 'TYPE', spare: 6, value: ({ type }) => type },
      { title: 'MODEL', value: ({ model, type }) => (type === '' ? paint('bold', model) : model) },
      { title: 'CALLS', align: 'right', spare: 5, value: ({ calls }) => count(calls) },
      column('IN', 'inputTokens'),
      ...(shown('cacheReadTokens') ? [column('CACHED', 'cacheReadTokens', 7)] : []),
      ...(shown('cacheWriteTokens') ? [column('WRITTEN', 'cacheWriteTokens', 9)] : []),
      column('OUT', 'outputTokens'),
      ...(shown('reasoningTokens') ? [column('REASONING', 'reasoningTokens', 8)] : []),
      ...(shown('audioTotalTokens') ? [column('AUDIO', 'audioTotalTokens', 10)] : []),
      column('TOTAL', 'totalTokens', 4),
      { title: 'COST', align: 'right', value: (line) => cost(line) },
    ],
    lines,
    screenWidth(),
    (text) => paint('dim', text),
  );
}

function known(line: Line, field: UsageField): string {
  const value = line[field];
  if (value === null) return '?';
  const about = line.estimatedTokens > 0 && (field === 'totalTokens' || field === 'inputTokens') ? '~' : '';
  return `${about}${count(value)}${(line.unknownParts?.[field] ?? 0) > 0 ? '+?' : ''}`;
}

function tools({ toolCalls, toolErrors, toolDuration }: SessionMetrics): string {
  const failed = toolErrors === 0 ? '' : ` (${count(toolErrors)} failed)`;
  return `${count(toolCalls)}${failed}, ${duration(toolDuration)} in them`;
}

function rest(metrics: SessionMetrics): (readonly [string, string | null])[] {
  const counted = (value: number): string | null => (value === 0 ? null : count(value));
  const unknown = usageFields.filter((field) => metrics[field] !== null && (metrics.unknownParts?.[field] ?? 0) > 0);
  return [
    ['runs', count(metrics.runs)],
    ['time', duration(metrics.duration)],
    ['tool calls', metrics.toolCalls === 0 ? null : tools(metrics)],
    ['failed attempts', counted(metrics.failedAttempts)],
    ['estimated', metrics.estimatedTokens === 0 ? null : `~${count(metrics.estimatedTokens)} tokens of the total`],
    ['compactions', counted(metrics.compactions)],
    ['not told', unknown.length === 0 ? null : `${unknown.join(', ')} of some calls`],
    ['no price', metrics.costUnknown === true ? 'of some calls; set models.….price in the config' : null],
    ...Object.entries(metrics.additionalMetrics ?? {}).map(([name, value]) => [name, String(value)] as const),
  ];
}
