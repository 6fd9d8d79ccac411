import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Readonly<Record<string, unknown>>;

/** An API that is held to its own description. */
export interface DescribedApi {
  /** Routes that were asked for, such as `GET /v1/sessions/{sessionId}`. */
  readonly asked: ReadonlySet<string>;
  /** Routes that are described. */
  readonly routes: readonly string[];
  /**
   * Asks a route, and throws where the answer's status, type or body is none of its description.
   *
   * @param route such as `GET /v1/sessions/{sessionId}`
   * @param path what is asked for, with a query if there is one
   */
  ask(route: string, path: string, request?: Asked): Promise<Answer>;
}

export interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of JSON; `{}` otherwise. */
  readonly json: Record<string, never>;
}

/** Reads `/openapi.json`. Fields that are not described are refused. */
export async function describedApi(url: string): Promise<DescribedApi> {
  const document = closed(await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Json }>>>>;
  };
  const ajv = new Ajv2020.default({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'api');
  const asked = new Set<string>();
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

  function schemaOf(route: string, status: number, type: string): ValidateFunction {
    const [method = '', path = ''] = route.split(' ');
    const responses = document.paths[path]?.[method.toLowerCase()]?.responses ?? {};
    const answer = responses[String(status)] ?? (status >= 400 ? responses['default'] : undefined);
    const content = (answer as { content?: Json } | undefined)?.content ?? {};
    if (content[type] === undefined) throw new Error(`${route} does not describe ${status} as ${type}`);
    const at = ['paths', path, method.toLowerCase(), 'responses', responses[String(status)] ? status : 'default'];
    const pointer = [...at, 'content', type, 'schema'].map((part) =>
      encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')),
    );
    return ajv.compile({ $ref: `api#/${pointer.join('/')}` });
  }

  return {
    asked,
    routes,
    async ask(route, path, { body, headers = {} } = {}) {
      asked.add(route);
      const response = await fetch(`${url}${path}`, {
        method: route.split(' ')[0] ?? 'GET',
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { status } = response;
      const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
      const text = await response.text();
      const json = (type.endsWith('json') ? JSON.parse(text) : {}) as Record<string, never>;
      const fits = schemaOf(route, status, type);
      if (!fits(type.endsWith('json') ? json : text)) {
        throw new Error(`${route} ${status}: ${ajv.errorsText(fits.errors)}: ${text.slice(0, 500)}`);
      }
      return { status, headers: response.headers, text, json };
    },
  };
}

/** Objects whose fields are described have no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const open = inner['type'] === 'object' && inner['properties'] !== undefined;
  return open && inner['additionalProperties'] === undefined ? { ...inner, additionalProperties: false } : inner;
}
