/**
 * What a model server itself says that a request took, read from the bytes it sent. Nothing of the product is used
 * here: this is the other side of the comparison.
 */
export interface Count {
  readonly input: number;
  /** The part of `input` that came from the server's prompt cache. */
  readonly cached: number;
  readonly output: number;
}

export interface RequestCount extends Count {
  /** The same request by the server's engine, where its answer carries `timings` (llama.cpp, outside of `usage`). */
  readonly engine: Count | null;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const fieldsOf = (value: unknown, name: string): Fields => {
  const field = isFields(value) ? value[name] : undefined;
  return isFields(field) ? field : {};
};

const numberOf = (fields: Fields, name: string): number => Number(fields[name] ?? 0);

/** The `data:` documents of an event stream, in their order. */
function documentsOf(body: string): Fields[] {
  return body
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Fields);
}

/** The last object of this name, wherever in the document it stands one level deep or on top. */
function lastOf(documents: readonly Fields[], name: string): Fields | null {
  const found = documents.findLast((one) => isFields(one[name]));
  return found === undefined ? null : fieldsOf(found, name);
}

function engineOf(documents: readonly Fields[]): Count | null {
  const timings = lastOf(documents, 'timings');
  if (timings === null) return null;
  const cached = numberOf(timings, 'cache_n');
  return { input: cached + numberOf(timings, 'prompt_n'), cached, output: numberOf(timings, 'predicted_n') };
}

function chat(documents: readonly Fields[]): Count | null {
  const usage = lastOf(documents, 'usage');
  if (usage === null) return null;
  return {
    input: numberOf(usage, 'prompt_tokens'),
    cached: numberOf(fieldsOf(usage, 'prompt_tokens_details'), 'cached_tokens'),
    output: numberOf(usage, 'completion_tokens'),
  };
}

function responses(documents: readonly Fields[]): Count | null {
  const completed = documents.findLast((one) => isFields(fieldsOf(one, 'response')['usage']));
  if (completed === undefined) return null;
  const usage = fieldsOf(fieldsOf(completed, 'response'), 'usage');
  return {
    input: numberOf(usage, 'input_tokens'),
    cached: numberOf(fieldsOf(usage, 'input_tokens_details'), 'cached_tokens'),
    output: numberOf(usage, 'output_tokens'),
  };
}

function messages(documents: readonly Fields[]): Count | null {
  const start = documents.find(({ type }) => type === 'message_start');
  const end = documents.findLast(({ type }) => type === 'message_delta');
  if (start === undefined || end === undefined) return null;
  const usage = fieldsOf(fieldsOf(start, 'message'), 'usage');
  const cached = numberOf(usage, 'cache_read_input_tokens');
  return {
    input: numberOf(usage, 'input_tokens') + cached,
    cached,
    output: numberOf(fieldsOf(end, 'usage'), 'output_tokens'),
  };
}

const wires: Readonly<Record<string, (documents: readonly Fields[]) => Count | null>> = {
  '/v1/chat/completions': chat,
  '/v1/responses': responses,
  '/v1/messages': messages,
};

/** `null` for an answer that tells no usage, e.g. one that was cut off. */
export function countAnswer(path: string, body: string): RequestCount | null {
  const documents = documentsOf(body);
  const count = wires[path]?.(documents) ?? null;
  return count === null ? null : { ...count, engine: engineOf(documents) };
}

export function sumCounts(counts: readonly Count[]): Count {
  return counts.reduce(
    (sum, { input, cached, output }) => ({
      input: sum.input + input,
      cached: sum.cached + cached,
      output: sum.output + output,
    }),
    { input: 0, cached: 0, output: 0 },
  );
}

export function areEqual(one: Count, other: Count): boolean {
  return one.input === other.input && one.cached === other.cached && one.output === other.output;
}
