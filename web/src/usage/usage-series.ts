import { addLines, emptyLine, type UsageGrouping, type UsageLine } from '../../../src/domain/usage-report.ts';

export type UsageMeasure = 'totalTokens' | 'cost';

/** What a chart of usage draws: a bar for each place of the axis, stacked by series. */
export interface UsageSeries {
  readonly axis: UsageGrouping | null;
  readonly stackedBy: UsageGrouping | null;
  /** Names of the series, the largest first; what is beyond the most is one, `others`. */
  readonly series: readonly SeriesName[];
  readonly places: readonly UsagePlace[];
}

/** `null`: spent by nobody who was named; `others`: those that were too many to draw. */
export interface SeriesName {
  readonly key: string;
  readonly name: string | null | typeof others;
}

export interface UsagePlace {
  readonly name: string | null;
  readonly lines: readonly UsageLine[];
  /** By the key of a series. */
  readonly values: Readonly<Record<string, number>>;
  readonly total: number;
}

export const others = Symbol('others');

export interface SeriesOptions {
  readonly measure: UsageMeasure;
  /** So many at most, `others` included. */
  readonly mostSeries: number;
  /** Days that have a place whatever was spent on them. */
  readonly from?: string;
  readonly to?: string;
}

/**
 * The first grouping is the axis, the second one is stacked; further ones are added up. Days without spending have a
 * place too. Series are ordered by their tokens, whatever is measured, so that charts of one report look alike.
 */
export function usageSeries(
  lines: readonly UsageLine[],
  by: readonly UsageGrouping[],
  { measure, mostSeries, from, to }: SeriesOptions,
): UsageSeries {
  const axis = by.includes('day') ? 'day' : (by[0] ?? null);
  const stackedBy = by.find((grouping) => grouping !== axis) ?? null;
  const nameOf = (line: UsageLine, grouping: UsageGrouping | null) =>
    grouping === null ? null : (line.group[grouping] ?? null);
  const sums = Map.groupBy(lines, (line) => nameOf(line, stackedBy));
  const ranked = [...sums]
    .map(([name, ofName]) => ({ name, sum: ofName.reduce((all, line) => all + line.totalTokens, 0) }))
    .toSorted((a, b) => b.sum - a.sum)
    .map(({ name }) => name);
  const drawn = ranked.length > mostSeries ? ranked.slice(0, mostSeries - 1) : ranked;
  const keys = new Map(drawn.map((name, index) => [name, `s${index}`]));
  const otherKey = `s${drawn.length}`;
  const series: readonly SeriesName[] = [
    ...drawn.map((name, index) => ({ key: `s${index}`, name })),
    ...(ranked.length > drawn.length ? [{ key: otherKey, name: others } as const] : []),
  ];
  const byPlace = Map.groupBy(lines, (line) => nameOf(line, axis));
  const names =
    axis === 'day' ? daysThrough([...byPlace.keys(), from ?? null, to ?? null]) : largestFirst(byPlace, measure);
  const places = names.map((name) => {
    const ofPlace = byPlace.get(name) ?? [];
    const values: Record<string, number> = {};
    for (const line of ofPlace) {
      const key = keys.get(nameOf(line, stackedBy)) ?? otherKey;
      values[key] = (values[key] ?? 0) + line[measure];
    }
    return { name, lines: ofPlace, values, total: ofPlace.reduce((all, line) => all + line[measure], 0) };
  });
  return { axis, stackedBy, series, places };
}

function largestFirst(places: ReadonlyMap<string | null, readonly UsageLine[]>, measure: UsageMeasure) {
  const sum = (lines: readonly UsageLine[]): number => lines.reduce(addLines, emptyLine({}))[measure];
  return [...places].toSorted(([, a], [, b]) => sum(b) - sum(a)).map(([name]) => name);
}

/** All days from the first to the last, without a hole. */
function daysThrough(names: readonly (string | null)[]): readonly string[] {
  const days = names.filter((name) => name !== null).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const all: string[] = [];
  for (let day = Date.parse(first); day <= Date.parse(last); day += 86_400_000) {
    all.push(new Date(day).toISOString().slice(0, 10));
  }
  return all;
}
