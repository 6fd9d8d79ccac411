import type { Json, JsonObject } from '../domain/json.ts';

/**
 * Does a schema keep the rules of OpenAI's strict mode: in every object all properties are required and no others are
 * allowed? Others are sent as they are, without `strict`: the server refuses them in strict mode.
 *
 * See https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function isStrictSchema(schema: JsonObject): boolean {
  return everyObject(schema, (object) => {
    const properties = object.properties;
    if (object.type !== 'object' && properties === undefined) return true;
    if (object.additionalProperties !== false) return false;
    const required = new Set(Array.isArray(object.required) ? object.required : []);
    return Object.keys(isObject(properties) ? properties : {}).every((name) => required.has(name));
  });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function everyObject(schema: Json, holds: (object: JsonObject) => boolean): boolean {
  if (Array.isArray(schema)) return schema.every((item: Json) => everyObject(item, holds));
  if (!isObject(schema)) return true;
  const { properties, $defs, definitions, ...rest } = schema;
  const named = [properties, $defs, definitions].flatMap((map) => (isObject(map) ? Object.values(map) : []));
  return holds(schema) && [...named, ...Object.values(rest)].every((child) => everyObject(child, holds));
}
