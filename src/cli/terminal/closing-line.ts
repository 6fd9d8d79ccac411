import stringWidth from 'string-width';
import type { SessionMetrics, UsageSum } from '../../domain/metrics.ts';
import { paint, paintLevel } from './colours.ts';
import { levelOf, type GaugeMarks } from '../../domain/gauge-level.ts';
import { gauge } from './gauge.ts';
import { count, dollars, duration, percent } from '../../domain/figures.ts';
import { joinParts } from './wrap.ts';

/** What a line about spending needs of a run's or a session's metrics. */
export interface Spent extends Pick<
  UsageSum,
  'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cost' | 'costUnknown'
> {
  readonly duration: number | null;
  readonly estimatedTokens: number;
  readonly unknownParts?: UsageSum['unknownParts'];
  readonly simulated?: true;
}

export interface ContextGauge {
  readonly use: number | null;
  readonly marks: GaugeMarks;
}

/** A sum of which parts are unknown shows that; one with estimates in it is marked. */
export function tokens(spent: Spent, field: 'inputTokens' | 'outputTokens' | 'cacheReadTokens'): string {
  const value = spent[field];
  if (value === null) return '?';
  const about = spent.estimatedTokens > 0 && field !== 'cacheReadTokens' ? '~' : '';
  return `${about}${count(value)}${spent.unknownParts?.[field] === undefined || field === 'cacheReadTokens' ? '' : ' + ?'}`;
}

/** What is known of a cost; a part without a price is never taken for free. */
export function cost(spent: Pick<Spent, 'cost' | 'costUnknown' | 'estimatedTokens'>): string {
  if (spent.cost === null) return '$?';
  const about = spent.estimatedTokens > 0 && spent.cost > 0 ? '~' : '';
  return `${about}${dollars(spent.cost)}${spent.costUnknown === true ? ' + ?' : ''}`;
}

export function spentParts(spent: Spent): string[] {
  const cached =
    spent.cacheReadTokens === null || spent.cacheReadTokens === 0
      ? ''
      : ` (${tokens(spent, 'cacheReadTokens')} cached)`;
  return [
    `${tokens(spent, 'inputTokens')} in${cached}`,
    `${tokens(spent, 'outputTokens')} out`,
    cost(spent),
    duration(spent.duration),
    ...(spent.simulated === true ? ['simulated'] : []),
  ];
}

export function gaugeWithPercent({ use, marks }: ContextGauge, cells?: number): string {
  return paintLevel(levelOf(use, marks), `${gauge(use, marks, cells)} ${percent(use)}`);
}

/** The gauge with the tokens that it stands for. */
export function gaugeWithTokens(
  context: Pick<SessionMetrics, 'contextTokens' | 'contextWindow' | 'contextUse'>,
  marks: GaugeMarks,
  width: number,
): string {
  const { contextTokens, contextWindow, contextUse } = context;
  const used = `${count(contextTokens)} of ${count(contextWindow)} tokens`;
  return joinParts([gaugeWithPercent({ use: contextUse, marks }), used], '  ', width);
}

/**
 * The last line of an answer: how full the context is, and what the run took.
 *
 *     ▕████▌    ┊ ┊▏ 41 %  1,204 in (812 cached) · 96 out · $0.0021 · 1.4 s
 */
export function closingLine(context: ContextGauge, spent: Spent, width: number): string {
  const drawn = gaugeWithPercent(context);
  const parts = spentParts(spent);
  const oneLine = `${drawn}  ${paint('dim', parts.join(' · '))}`;
  if (stringWidth(oneLine) <= width) return oneLine;
  const below = joinParts(parts, ' · ', width).split('\n');
  return [drawn, ...below.map((line) => paint('dim', line))].join('\n');
}
