import { defaultLimits, defaultThresholds, type LimitsInForce, type LimitsPatch } from '../domain/agent.ts';
import { limitsProblem } from '../domain/admission.ts';
import { didYouMean } from '../domain/nearest.ts';
import { UsageError } from './failure.ts';
import { print, printDocument } from './output.ts';
import type { CommonOptions } from './place.ts';
import { paint } from './terminal/colours.ts';
import { fields } from './terminal/fields.ts';
import { screenWidth } from './terminal/screen.ts';
import { withClient } from './with-client.ts';

/** Shows the limits in force; with assignments, sets them first. */
export async function showLimits(id: string, assignments: readonly string[], options: CommonOptions): Promise<void> {
  const patch = parseAssignments(assignments);
  await withClient(options, async (client) => {
    const session = await client.session(id);
    const { limits, thresholds } = assignments.length === 0 ? await session.state() : await session.setLimits(patch);
    const inForce: LimitsInForce = { limits, thresholds };
    if (options.json === true) return printDocument(inForce);
    print(describeLimits(inForce, assignments));
  });
}

/** The limits in force, those that the assignments have changed in bold. */
export function describeLimits(inForce: LimitsInForce, assignments: readonly string[]): string {
  const changed = new Set(assignments.map((one) => one.slice(0, one.indexOf('='))));
  const rows = flat(inForce).map(([key, value]) => {
    const text = value === null ? paint('dim', 'none') : String(value as string | number);
    return [key, changed.has(key) ? paint('bold', text) : text] as const;
  });
  return fields(rows, screenWidth());
}

/** The names of all that can be set, such as `thresholds.context.warn`. */
export const limitNames: readonly string[] = flat({ limits: defaultLimits, thresholds: defaultThresholds }).map(
  ([name]) => name,
);

/** `thresholds.context.warn` and the like, as they are set here. */
function flat({ limits, thresholds }: LimitsInForce): (readonly [string, unknown])[] {
  return [
    ...Object.entries(limits),
    ...Object.entries(thresholds).flatMap(([axis, levels]) =>
      Object.entries(levels).map(([name, value]): [string, unknown] => [`thresholds.${axis}.${name}`, value]),
    ),
  ];
}

/**
 * The change that `key=value` words ask for. A value is JSON where it can be read as such, else text.
 *
 * @throws UsageError that names the nearest key, or what a value must be.
 * @example
 * parseAssignments(['callsPerRun=5', 'thresholds.context.warn=0.6']);
 * // { callsPerRun: 5, thresholds: { context: { warn: 0.6 } } }
 */
export function parseAssignments(assignments: readonly string[]): LimitsPatch {
  const patch: Record<string, unknown> = {};
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals < 1) throw new UsageError(`"${assignment}" sets nothing: write key=value, e.g. callsPerRun=5`);
    const key = assignment.slice(0, equals);
    if (!limitNames.includes(key)) {
      const hint = didYouMean(key, limitNames) || `; known are ${limitNames.join(', ')}`;
      throw new UsageError(`There is no limit "${key}"${hint}`);
    }
    let place = patch;
    const path = key.split('.');
    for (const step of path.slice(0, -1)) place = (place[step] ??= {}) as Record<string, unknown>;
    place[path.at(-1) ?? key] = valueOf(assignment.slice(equals + 1));
  }
  const problem = limitsProblem(patch);
  if (problem !== null) throw new UsageError(problem.message.replace(/^limits\./, ''));
  return patch as LimitsPatch;
}

function valueOf(text: string): unknown {
  if (text === 'none') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
