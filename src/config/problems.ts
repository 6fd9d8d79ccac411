import { z } from 'zod';
import { didYouMean } from '../domain/nearest.ts';

export type Path = readonly PropertyKey[];

/** `agents[0].limits.queue`; a key that is no identifier is quoted: `models["local/some-model"].price`. */
export function pathText(path: Path): string {
  let out = '';
  for (const key of path) {
    if (typeof key === 'number') out += `[${key}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(key))) out += out === '' ? String(key) : `.${String(key)}`;
    else out += `[${JSON.stringify(String(key))}]`;
  }
  return out;
}

/** The keys that an object at this place of the shape may have. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path));
  const [first, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    if (first === undefined) return Object.keys(schema.shape);
    const inner: z.core.$ZodType | undefined = schema.shape[String(first)];
    return inner === undefined ? [] : keysAt(inner, rest);
  }
  if (first === undefined) return [];
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  return schema instanceof z.ZodRecord ? keysAt(schema.valueType, rest) : [];
}

/** Did a branch of a union (`false` or an object) get as far as looking into the value? */
function lookedInto(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.some((one) => one.path.length > 0 || one.code === 'unrecognized_keys');
}

function describe(schema: z.core.$ZodType, issue: z.core.$ZodIssue, base: Path): string[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => `${pathText([...path, key])}: unknown key${didYouMean(key, known)}`);
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find(lookedInto);
    if (meant === undefined) return [`${pathText(path)}: must be false or an object`];
    return meant.flatMap((one) => describe(schema, one, path));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((one) => `${pathText(path)}: the name ${one.message}`);
  }
  const place = pathText(path) || 'config';
  return [
    `${place}: ${issue.message.replace(/^Invalid input: /, '').replace(', received undefined', ', and it is missing')}`,
  ];
}

/** Every problem of a parse, one sentence each, with its place. */
export function describeProblems(schema: z.core.$ZodType, error: z.core.$ZodError): string[] {
  return error.issues.flatMap((issue) => describe(schema, issue, []));
}
