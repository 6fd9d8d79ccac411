import type { LimitsInForce, LimitsPatch } from '../../../../src/domain/agent.ts';

interface LimitField {
  /** Its path in a patch, such as `thresholds.session.tokens`. */
  readonly path: string;
  readonly label: string;
  readonly unit: 'fraction' | 'tokens' | 'usd' | 'count' | 'hours' | 'seconds';
  /** May it be none? */
  readonly optional: boolean;
}

export interface LimitGroup {
  readonly title: string;
  readonly fields: readonly LimitField[];
}

function field(path: string, label: string, unit: LimitField['unit'], optional = true): LimitField {
  return { path, label, unit, optional };
}

/** The limits and thresholds that a session may change, as people know them. */
export const limitGroups: readonly LimitGroup[] = [
  {
    title: 'Context, percent of the window',
    fields: [
      field('thresholds.context.warn', 'Warn', 'fraction'),
      field('thresholds.context.compact', 'Compact', 'fraction'),
      field('thresholds.context.critical', 'Critical', 'fraction'),
      field('thresholds.context.stop', 'Stop', 'fraction'),
    ],
  },
  {
    title: 'Session',
    fields: [
      field('thresholds.session.tokens', 'Tokens', 'tokens'),
      field('thresholds.session.cost', 'US dollars', 'usd'),
      field('thresholds.session.runs', 'Runs', 'count'),
      field('thresholds.session.ageHours', 'Hours', 'hours'),
    ],
  },
  {
    title: 'Each run',
    fields: [
      field('callsPerRun', 'Calls', 'count', false),
      field('toolCallsPerRun', 'Tool calls', 'count', false),
      field('runSeconds', 'Seconds', 'seconds', false),
      field('maxOutputTokens', 'Tokens of an answer', 'tokens', false),
      field('tokensPerRun', 'Tokens', 'tokens'),
      field('costPerRun', 'US dollars', 'usd'),
    ],
  },
];

function valueAt(limits: LimitsInForce, path: string): number | null {
  const [first, ...rest] = path.split('.');
  let value: unknown =
    first === 'thresholds' ? limits.thresholds : limits.limits[first as keyof LimitsInForce['limits']];
  for (const name of rest) value = (value as Readonly<Record<string, unknown>>)[name];
  return (value as number | null | undefined) ?? null;
}

/** A limit as it is edited: fractions as percent, none as nothing. */
export function shownLimit(limits: LimitsInForce, { path, unit }: LimitField): string {
  const value = valueAt(limits, path);
  if (value === null) return '';
  return String(unit === 'fraction' ? Number((value * 100).toFixed(4)) : value);
}

/** What was changed; `null`: some of it is no limit. */
export function patchOf(limits: LimitsInForce, edited: Readonly<Record<string, string>>): LimitsPatch | null {
  const patch: Record<string, unknown> = {};
  for (const { fields } of limitGroups) {
    for (const one of fields) {
      const text = edited[one.path]?.trim();
      if (text === undefined || text === shownLimit(limits, one)) continue;
      const number = text === '' ? null : Number(text.replaceAll(/[\s,_]/g, ''));
      if (number === null ? !one.optional : !(Number.isFinite(number) && number > 0)) return null;
      const value = number !== null && one.unit === 'fraction' ? number / 100 : number;
      setAt(patch, one.path.split('.'), value);
    }
  }
  return patch as LimitsPatch;
}

function setAt(patch: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    patch[name] = value;
    return;
  }
  patch[name] ??= {};
  setAt(patch[name] as Record<string, unknown>, rest, value);
}
