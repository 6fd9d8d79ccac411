import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { describe, expect, it } from '@jest/globals';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { z as z3 } from 'zod/v3';
import { compileSchema } from '../../src/config/compile-schema.ts';

const schemas: [string, unknown][] = [
  ['zod', z.object({ city: z.string() })],
  ['ArkType', type({ city: 'string' })],
  ['Valibot through its converter', toStandardJsonSchema(v.object({ city: v.string() }))],
  ['JSON Schema', { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }],
];

describe('a schema', () => {
  it.each(schemas)('of %s says itself as JSON Schema and validates', async (_, schema) => {
    const compiled = compileSchema(schema);
    expect(compiled.jsonSchema).toMatchObject({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    });
    expect(compiled.jsonSchema).not.toHaveProperty('$schema');
    expect(await compiled.parse({ city: 'Oslo' })).toEqual({ value: { city: 'Oslo' } });
    expect(await compiled.parse({ city: 7 })).toEqual({ problem: expect.stringContaining('city') });
  });

  it('answers what its validation makes of a value', async () => {
    const compiled = compileSchema(z.object({ days: z.number().default(3) }));
    expect(await compiled.parse({})).toEqual({ value: { days: 3 } });
    expect(compiled.jsonSchema).not.toHaveProperty('required');
  });

  it('names every problem of a value', async () => {
    const jsonSchema = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'string' } } };
    const compiled = compileSchema({ ...jsonSchema, additionalProperties: false });
    expect(await compiled.parse({ a: 'x', b: 1, c: 1 })).toEqual({
      problem: 'must NOT have additional properties ("c"); a: must be number; b: must be string',
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['of zod 3', z3.object({ city: z3.string() }), /zod 3 schema.*use zod >= 4\.2/],
    ['of Valibot without its converter', v.object({ city: v.string() }), /toStandardJsonSchema/],
    ['that is no schema', 'string', /expected a schema/],
    ['that is no valid JSON Schema', { type: 'objekt' }, /schema is invalid/],
  ])('%s is refused with the way out', (_, schema, reason) => {
    expect(() => compileSchema(schema)).toThrow(reason);
  });
});
