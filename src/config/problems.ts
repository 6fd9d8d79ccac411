import { z } from 'zod';
import { didYouMean } from '../domain/nearest.ts';
import { notYet } from './shape.ts';

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

/** Of a union (`false` or an object) the problems of the branch that was meant: the one that got further. */
function meant(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const got = (issues: z.core.$ZodIssue[]): number =>
    issues.some((one) => one.path.length > 0 || one.code === 'unrecognized_keys' || one.code === 'invalid_format')
      ? 1
      : 0;
  return issue.errors.toSorted((a, b) => got(b) - got(a))[0] ?? [];
}

function describe(schema: z.core.$ZodType, issue: z.core.$ZodIssue, base: Path): string[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => {
      const reason = notYet[key];
      const place = pathText([...path, key]);
      return reason === undefined ? `${place}: unknown key${didYouMean(key, known)}` : `${place}: ${reason}`;
    });
  }
  if (issue.code === 'invalid_union') {
    const inner = meant(issue);
    if (inner.some((one) => one.path.length > 0 || one.code !== 'invalid_type')) {
      return inner.flatMap((one) => describe(schema, one, path));
    }
    return [`${pathText(path)}: must be false or an object`];
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
