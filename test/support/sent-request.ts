import type { RequestView } from '../../src/client/inspect-api.ts';
import { responsesInput } from '../../src/providers/openai-responses-input.ts';
import type { RequestMessage } from '../../src/providers/provider.ts';

/** The body of a request to the Responses API that the items of a view make, as far as the model reads it. */
export function bodyOf(view: RequestView) {
  const items = view.items.filter(({ change }) => change !== 'removed');
  const textOf = (kind: string) => items.find((item) => item.kind === kind)?.text;
  const summary = textOf('summary');
  const messages: RequestMessage[] = items.flatMap(({ kind, role, parts }) =>
    kind === 'message' && role !== undefined && parts !== undefined ? [{ role, parts }] : [],
  );
  const [first, ...rest] = messages;
  const all =
    summary === undefined || first === undefined
      ? messages
      : [{ ...first, parts: [{ type: 'text' as const, text: summary }, ...first.parts] }, ...rest];
  const tools = textOf('tools');
  const schema = textOf('output-schema');
  return {
    input: responsesInput(view.provider, `${view.provider}/${view.model}`, all),
    instructions: textOf('instructions'),
    tools: tools === undefined ? undefined : (JSON.parse(tools) as { name: string }[]).map(({ name }) => name),
    schema: schema === undefined ? undefined : (JSON.parse(schema) as unknown),
  };
}

/** The same of a body that the simulator received. */
export function readBody(body: Readonly<Record<string, unknown>>) {
  const tools = body['tools'] as { name: string }[] | undefined;
  const text = body['text'] as { format: { schema: unknown } } | undefined;
  return {
    input: body['input'],
    instructions: body['instructions'],
    tools: tools?.map(({ name }) => name),
    schema: text?.format.schema,
  };
}
