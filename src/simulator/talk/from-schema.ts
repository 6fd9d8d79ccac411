import { isRecord, recordsOf, stringOf } from '../prompt.ts';
import type { JsonRecord } from '../prompt.ts';
import { firstSum } from './arithmetic.ts';

/** Deeper than this only what is required is filled in, so that a recursive schema ends. */
const deepest = 4;

const formats: Readonly<Record<string, string>> = {
  date: '2026-01-15',
  'date-time': '2026-01-15T12:00:00Z',
  time: '12:00:00Z',
  duration: 'PT1H',
  email: 'ann@example.com',
  uri: 'https://example.com/',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '6f1c1a52-8f0e-4b4a-9d0b-3c5f1a2b7e90',
};

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** Names of places and people in a question: words with a capital that do not begin it. */
function nameIn(question: string): string | undefined {
  return /(?<=[\p{L},;:]\s+)\p{Lu}[\p{L}'-]+(?:\s\p{Lu}[\p{L}'-]+)*/u.exec(question)?.[0];
}

function fill(schema: JsonRecord, property: string, question: string): string {
  const shortest = numberOr(schema.minLength, 0);
  const longest = numberOr(schema.maxLength, Number.POSITIVE_INFINITY);
  const format = formats[stringOf(schema.format)];
  if (format !== undefined) return format;
  const isProse =
    property === '' || /text|answer|message|summary|reply|question|query|description|comment/i.test(property);
  let text = isProse ? question : (nameIn(question) ?? property.replaceAll('_', ' '));
  if (text === '') text = 'text';
  // JSON Schema counts code points.
  while (Array.from(text).length < shortest) text += ` ${text}`;
  return Array.from(text).slice(0, longest).join('');
}

function pickNumber(schema: JsonRecord, question: string, whole: boolean): number {
  const step = numberOr(schema.multipleOf, whole ? 1 : 0);
  const above = numberOr(schema.exclusiveMinimum, Number.NEGATIVE_INFINITY);
  const below = numberOr(schema.exclusiveMaximum, Number.POSITIVE_INFINITY);
  const nudge = step > 0 ? step : Math.min(1, (below - above) / 2);
  const low = Math.max(numberOr(schema.minimum, Number.NEGATIVE_INFINITY), above + nudge);
  const high = Math.min(numberOr(schema.maximum, Number.POSITIVE_INFINITY), below - nudge);
  const wanted = firstSum(question)?.value ?? Number(/-?\d+(?:\.\d+)?/.exec(question)?.[0] ?? 21);
  const within = Math.min(high, Math.max(low, whole ? Math.round(wanted) : wanted));
  if (step === 0) return within;
  const down = Math.floor(within / step) * step;
  return down >= low ? down : Math.ceil(within / step) * step;
}

interface Place {
  readonly root: JsonRecord;
  readonly question: string;
  readonly property: string;
  readonly depth: number;
}

function resolve(schema: JsonRecord, root: JsonRecord): JsonRecord {
  let found = schema;
  for (let hops = 0; hops < 16 && typeof found.$ref === 'string'; hops += 1) {
    let target: unknown = root;
    for (const part of found.$ref.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      target = isRecord(target) ? target[key] : undefined;
    }
    found = isRecord(target) ? target : {};
  }
  const all = recordsOf(found.allOf).map((part) => resolve(part, root));
  if (all.length === 0) return found;
  return [found, ...all].reduce<JsonRecord>(
    (merged, part) => ({
      ...merged,
      ...part,
      properties: {
        ...(isRecord(merged.properties) ? merged.properties : {}),
        ...(isRecord(part.properties) ? part.properties : {}),
      },
      required: [...new Set([merged.required, part.required].flat().filter((name) => typeof name === 'string'))],
    }),
    {},
  );
}

function typeOf(schema: JsonRecord): string {
  const types = [schema.type].flat().filter((type) => typeof type === 'string');
  const type = types.find((candidate) => candidate !== 'null') ?? types[0];
  if (type !== undefined) return type;
  if (isRecord(schema.properties)) return 'object';
  return schema.items === undefined ? 'string' : 'array';
}

function fillObject(schema: JsonRecord, place: Place): JsonRecord {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const filled: JsonRecord = {};
  for (const [property, inner] of Object.entries(properties)) {
    if (place.depth >= deepest && !required.has(property)) continue;
    filled[property] = valueAt(isRecord(inner) ? inner : {}, { ...place, property, depth: place.depth + 1 });
  }
  return filled;
}

function fillArray(schema: JsonRecord, place: Place): unknown[] {
  const least = numberOr(schema.minItems, 0);
  const usual = place.depth >= deepest ? least : Math.min(Math.max(1, least), numberOr(schema.maxItems, 1_000));
  const tuple = recordsOf(schema.prefixItems);
  return Array.from({ length: Math.max(usual, tuple.length) }, (_, at) => {
    const inner = tuple[at] ?? (isRecord(schema.items) ? schema.items : {});
    const value = valueAt(inner, { ...place, depth: place.depth + 1 });
    return schema.uniqueItems === true && at > 0 && typeof value === 'string' ? `${value} ${at + 1}` : value;
  });
}

function valueAt(unresolved: JsonRecord, place: Place): unknown {
  const schema = resolve(unresolved, place.root);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) {
    const mentioned = schema.enum.find((value) => typeof value === 'string' && place.question.includes(value));
    return mentioned ?? schema.enum.find((value) => value !== null) ?? null;
  }
  const choices = [...recordsOf(schema.anyOf), ...recordsOf(schema.oneOf)].map((choice) => resolve(choice, place.root));
  if (choices.length > 0) {
    const isNull = (choice: JsonRecord): boolean => choice.type === 'null';
    const preferred = place.depth >= deepest ? choices.find(isNull) : choices.find((choice) => !isNull(choice));
    return valueAt(preferred ?? choices[0] ?? {}, { ...place, depth: place.depth + 1 });
  }
  switch (typeOf(schema)) {
    case 'object':
      return fillObject(schema, place);
    case 'array':
      return fillArray(schema, place);
    case 'integer':
      return pickNumber(schema, place.question, true);
    case 'number':
      return pickNumber(schema, place.question, false);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return fill(schema, place.property, place.question);
  }
}

/**
 * A value that satisfies a JSON Schema, with the question's own names and numbers where they fit. Patterns of strings
 * are not followed.
 */
export function valueFrom(schema: JsonRecord, question: string): unknown {
  return valueAt(schema, { root: schema, question, property: '', depth: 0 });
}
