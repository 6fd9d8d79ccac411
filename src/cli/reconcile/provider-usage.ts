import { parse } from 'csv-parse/sync';
import { UsageError } from '../failure.ts';

/** What a provider says that a model took on a day (UTC). */
export interface ProviderUsage {
  readonly day: string;
  readonly model: string;
  /** All that the model read, cached or not. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The titles under which exports have a number or a name, most telling first; compared without case and marks. */
const titles = {
  day: ['usage_date_utc', 'start_time_iso', 'usage_date', 'date', 'day', 'bucket_start', 'timestamp', 'start_time'],
  model: ['model_version', 'model', 'model_name', 'model_id', 'snapshot_id'],
  // OpenAI's, with cached tokens in it.
  input: ['input_tokens', 'total_input_tokens', 'prompt_tokens', 'n_context_tokens_total', 'input'],
  output: ['output_tokens', 'usage_output_tokens', 'completion_tokens', 'n_generated_tokens_total', 'output'],
} as const;

/** Anthropic's parts, which do not overlap. */
const uncached = ['usage_input_tokens_no_cache', 'uncached_input_tokens', 'input_tokens_no_cache'];
const ofCache = [
  'usage_input_tokens_cache_write_5m',
  'usage_input_tokens_cache_write_1h',
  'usage_input_tokens_cache_write',
  'usage_input_tokens_cache_read',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'cache_write_tokens',
  'cache_read_tokens',
];

type Row = Readonly<Record<string, string>>;

/**
 * Reads the usage that OpenAI's or Anthropic's console exports, or any table with a day, a model, and tokens in and out.
 *
 * @throws UsageError when a column can't be found, or a line can't be read.
 */
export function readProviderUsage(text: string): readonly ProviderUsage[] {
  const rows = readRows(text);
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) throw new UsageError('The file has no line after its titles');
  const find = (known: readonly string[]): string | null => known.find((name) => names.includes(name)) ?? null;
  const columnOf = (of: keyof typeof titles): string => {
    const found = find(titles[of]);
    if (found !== null) return found;
    throw new UsageError(
      `No column tells the ${of}: looked for ${titles[of].join(', ')}; there are ${names.join(', ')}`,
    );
  };
  const [day, model, output] = [columnOf('day'), columnOf('model'), columnOf('output')];
  const parts = find(uncached);
  const cached = ofCache.filter((name) => names.includes(name));
  // Anthropic's API calls the uncached part input_tokens; OpenAI's cached tokens are part of its input_tokens.
  const inputs = parts !== null && find(titles.input) === null ? [parts, ...cached] : [columnOf('input'), ...cached];
  return rows.map((row, index) => {
    const number = (name: string): number => tokensOf(row[name] ?? '', `line ${index + 2}, ${name}`);
    return {
      day: dayOf(row[day] ?? '', `line ${index + 2}, ${day}`),
      model: row[model] ?? '',
      inputTokens: inputs.reduce((sum, name) => sum + number(name), 0),
      outputTokens: number(output),
    };
  });
}

function readRows(text: string): Row[] {
  try {
    return parse(text, {
      bom: true,
      trim: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      columns: (header: readonly string[]) => header.map(plainTitle),
    });
  } catch (error) {
    throw new UsageError(`The file is no CSV: ${(error as Error).message}`);
  }
}

/** A spreadsheet of a country with decimal commas separates by semicolons; titles have none of the others in them. */
function delimiterOf(text: string): string {
  const titleLine = /^.*/.exec(text)?.[0] ?? '';
  const counted = [',', ';', '\t'].map((one) => ({ one, times: titleLine.split(one).length }));
  return counted.toSorted((a, b) => b.times - a.times)[0]?.one ?? ',';
}

function plainTitle(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
}

function tokensOf(text: string, place: string): number {
  const value = Number(text.replaceAll(/[\s,_]/g, ''));
  if (Number.isFinite(value) && value >= 0) return value;
  throw new UsageError(`${place}: "${text}" is no number of tokens`);
}

function dayOf(text: string, place: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  // OpenAI's start_time is in seconds.
  const seconds = /^\d{9,10}$/.test(text) ? Number(text) * 1000 : null;
  const zoned = /[zZ]$|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
  const at = seconds ?? (/^\d{4}-\d{2}-\d{2}[T ]/.test(text) ? Date.parse(zoned) : NaN);
  if (Number.isNaN(at)) throw new UsageError(`${place}: "${text}" is no day like 2026-11-22`);
  return new Date(at).toISOString().slice(0, 10);
}
