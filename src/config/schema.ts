import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { JsonObject } from '../domain/json.ts';

/** A schema library's schema that can validate and say itself as JSON Schema: zod >= 4.2, ArkType, Valibot's converter. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': StandardSchemaV1.Props<Input, Output> & StandardJSONSchemaV1.Props<Input, Output>;
}

/** Plain JSON Schema (draft 2020-12). */
export type JsonSchema = object & { readonly '~standard'?: never };

export type AnySchema = StandardSchema | JsonSchema;

/** What a schema's validation answers; for plain JSON Schema of a tool's input: some JSON object. */
export type InferOutput<Schema, Plain = unknown> =
  Schema extends StandardSchema<infer _Input, infer Output> ? Output : Plain;

export type Parsed = { readonly value: unknown } | { readonly problem: string };

/** A schema in the two forms in which Loadline uses it. */
export interface CompiledSchema {
  readonly jsonSchema: JsonObject;
  /** Never throws: what does not fit is a `problem` that a model can mend. */
  parse(value: unknown): Promise<Parsed>;
}
