import { OpenAiError } from './errors.ts';
import { fieldTable, type Route } from './field-table.ts';

/** The response header that lists what was taken and has no effect. */
export const ignoredHeader = 'Loadline-Ignored';

/**
 * The fields of a request that have no effect, those that nobody knows among them. A field that is `null` was not
 * given.
 *
 * @throws OpenAiError 400 for a field that asks for what is not done here, with its name as `param`.
 */
export function ignoredFields(route: Route, body: Readonly<Record<string, unknown>>): readonly string[] {
  const rows = new Map(fieldTable[route].map((row) => [row.field, row]));
  const given = Object.entries(body).filter(([, value]) => value != null);
  for (const [field, value] of given) {
    const row = rows.get(field);
    if (row?.kind !== 'refused' || row.harmless?.(value) === true) continue;
    throw new OpenAiError(400, `${field} is not supported: ${row.note}`, {
      param: field,
      code: 'unsupported_parameter',
    });
  }
  const whole = given.map(([field]) => field).filter((field) => (rows.get(field)?.kind ?? 'ignored') === 'ignored');
  return [...whole, ...within.filter(([field, inner]) => isGiven(body[field], inner)).map((path) => path.join('.'))];
}

/** Of honoured fields, the parts that have no effect. */
const within = [
  ['text', 'verbosity'],
  ['stream_options', 'include_obfuscation'],
] as const;

function isGiven(value: unknown, inner: string): boolean {
  return typeof value === 'object' && value !== null && (value as Record<string, unknown>)[inner] != null;
}

/** The names as a header can carry them. */
export function ignoredList(fields: readonly string[]): string {
  const names = fields.filter((field) => /^[\w.-]{1,64}$/.test(field));
  return (names.length === fields.length ? names : [...names, '*']).slice(0, 100).join(', ');
}
