import { createRequire } from 'node:module';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ErrorObject } from 'ajv';
import type { JsonObject } from '../domain/json.ts';
import type { AnySchema, CompiledSchema, StandardSchema } from './schema.ts';

type Ajv2020 = typeof import('ajv/dist/2020.js');

const require = createRequire(import.meta.url);
const target = { target: 'draft-2020-12' } as const;

function hasStandard(schema: AnySchema): schema is StandardSchema {
  return '~standard' in schema;
}

/**
 * @param direction of a tool's schema models write the `input`, of an agent's output schema they do too: where a schema
 * transforms, its input side is what a model is asked for.
 * @throws Error with the reason why the schema can't be used, in words for the config's author.
 */
export function compileSchema(schema: unknown): CompiledSchema {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null || Array.isArray(schema)) {
    throw new Error('expected a schema: zod >= 4.2, ArkType, Valibot through @valibot/to-json-schema, or JSON Schema');
  }
  const compiled = hasStandard(schema) ? compileStandard(schema) : compileJsonSchema(schema as JsonObject);
  // Providers know the draft; some refuse the keyword.
  const { $schema: _draft, ...jsonSchema } = compiled.jsonSchema;
  return { ...compiled, jsonSchema };
}

function compileStandard(schema: StandardSchema): CompiledSchema {
  const standard = schema['~standard'];
  if (standard.jsonSchema === undefined) throw new Error(withoutJsonSchema(schema));
  const jsonSchema = standard.jsonSchema.input(target) as JsonObject;
  return {
    jsonSchema,
    async parse(value) {
      const result = await standard.validate(value);
      if (result.issues === undefined) return { value: result.value };
      return { problem: result.issues.map(describeIssue).join('; ') };
    },
  };
}

function withoutJsonSchema(schema: StandardSchema): string {
  const { vendor } = schema['~standard'] as { readonly vendor: string };
  if (vendor === 'zod' && '_def' in schema && !('_zod' in schema)) {
    return "this is a zod 3 schema, which can't be turned into JSON Schema; use zod >= 4.2 (npm install zod@4)";
  }
  if (vendor === 'zod') return 'zod is too old to say its schema as JSON Schema; use zod >= 4.2 (npm install zod@4)';
  if (vendor === 'valibot') return 'wrap Valibot schemas: toStandardJsonSchema(schema) of @valibot/to-json-schema';
  return `${vendor}'s schemas do not implement ~standard.jsonSchema; use a newer version, or plain JSON Schema`;
}

function describeIssue({ path = [], message }: StandardSchemaV1.Issue): string {
  const keys = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}

function compileJsonSchema(jsonSchema: JsonObject): CompiledSchema {
  const { Ajv2020 } = require('ajv/dist/2020.js') as Ajv2020;
  // Not strict: schemas come from MCP servers and generators, with keywords of their own; formats are hints to models.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const { $schema: _draft, ...schema } = jsonSchema;
  const validate = ajv.compile(schema);
  return {
    jsonSchema,
    async parse(value) {
      return validate(value) ? { value } : { problem: (validate.errors ?? []).map(describeError).join('; ') };
    },
  };
}

function describeError({ instancePath, message, params }: ErrorObject): string {
  const place = instancePath === '' ? '' : `${instancePath.slice(1).replaceAll('/', '.')}: `;
  const extra = 'additionalProperty' in params ? ` ("${String(params.additionalProperty)}")` : '';
  return `${place}${message ?? 'does not fit'}${extra}`;
}
