/** What becomes of a field of a request: it has its effect, it is taken and has none, or the request is refused. */
export type FieldKind = 'honoured' | 'ignored' | 'refused';

export interface FieldRow {
  readonly field: string;
  readonly kind: FieldKind;
  /** In a few words, for the documentation. */
  readonly note: string;
  /** Of a refused field: values that ask for nothing are taken all the same. */
  readonly harmless?: (value: unknown) => boolean;
}

export type Route = 'chat' | 'responses';

const honoured = (field: string, note: string): FieldRow => ({ field, kind: 'honoured', note });
const ignored = (field: string, note: string): FieldRow => ({ field, kind: 'ignored', note });
const refused = (field: string, note: string, harmless?: FieldRow['harmless']): FieldRow => ({
  field,
  kind: 'refused',
  note,
  ...(harmless === undefined ? {} : { harmless }),
});

const isFalse = (value: unknown): boolean => value === false;
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
const isNoChoice = (value: unknown): boolean => value === 'auto' || value === 'none';

const model = honoured('model', 'the name of an agent or team');
const shared: readonly FieldRow[] = [
  honoured('metadata', "kept with the run, and with a session that it creates; on the run's `run.started` event"),
  honoured('user', 'the user of a session that it creates; budgets of users count on it'),
  honoured('stream', 'server-sent events'),
  honoured('stream_options', '`include_usage` (chat completions); `include_obfuscation` has no effect'),
  ignored('temperature', 'agents choose how they are sampled'),
  ignored('top_p', 'agents choose how they are sampled'),
  ignored('store', 'sessions are always stored'),
  ignored('parallel_tool_calls', "an agent's own tools run side by side"),
  ignored('prompt_cache_key', 'each session has its own'),
  ignored('prompt_cache_options', "the agent's `cache` decides"),
  ignored('prompt_cache_retention', "the agent's `cache` decides"),
  ignored('safety_identifier', 'use `user`'),
  ignored('service_tier', "the provider's default"),
  ignored('moderation', "the provider's own"),
  refused('tools', 'tools belong to the agent, and run on the server', isEmpty),
  refused('tool_choice', 'tools belong to the agent; `auto` and `none` are taken', isNoChoice),
];

/** Every field that OpenAI's clients know, by route. Others are taken without effect, and listed like the ignored ones. */
export const fieldTable: Readonly<Record<Route, readonly FieldRow[]>> = {
  chat: [
    honoured('messages', 'texts, images, audio and files; see below'),
    model,
    honoured('max_completion_tokens', "of each call to a model; the agent's `maxOutputTokens` when that is less"),
    honoured('max_tokens', 'the same, under its older name'),
    honoured('response_format', '`json_schema` and `json_object` bind the answer; `text` leaves it to the agent'),
    ...shared,
    ignored('frequency_penalty', 'agents choose how they are sampled'),
    ignored('presence_penalty', 'agents choose how they are sampled'),
    ignored('seed', 'agents choose how they are sampled'),
    ignored('reasoning_effort', "the model's own"),
    ignored('verbosity', 'say it in a system message'),
    ignored('prediction', 'a hint for speed alone'),
    refused('n', 'a run has one answer; 1 is taken', (value) => value === 1),
    refused('logprobs', 'not kept', isFalse),
    refused('top_logprobs', 'not kept', (value) => value === 0),
    refused('logit_bias', 'it would change the answer', isEmpty),
    refused('stop', 'it would change the answer', isEmpty),
    refused('functions', 'tools belong to the agent, and run on the server', isEmpty),
    refused('function_call', 'tools belong to the agent; `auto` and `none` are taken', isNoChoice),
    refused('audio', 'answers are text'),
    refused('modalities', 'answers are text; `["text"]` is taken', (value) => JSON.stringify(value) === '["text"]'),
    refused('web_search_options', 'give the agent a tool for it', isEmpty),
  ],
  responses: [
    honoured('input', 'a text, or items: messages with texts, images, audio and files, and `mcp_approval_response`'),
    model,
    honoured('instructions', "added to the agent's own, for this run alone"),
    honoured('conversation', 'the id of a session, or `{ id }`; one that is new is created'),
    honoured('previous_response_id', 'the latest response of its session; an older one is refused'),
    honoured('max_output_tokens', "of each call to a model; the agent's `maxOutputTokens` when that is less"),
    honoured('text', '`format`: `json_schema` and `json_object` bind the answer; `verbosity` has no effect'),
    honoured('background', 'answers at once; the response is read with `GET /responses/{id}`'),
    ...shared,
    ignored('reasoning', "the model's own"),
    ignored('include', 'nothing is left out that could be added'),
    ignored('truncation', 'sessions compact their context by themselves'),
    ignored('context_management', 'sessions compact their context by themselves'),
    ignored('max_tool_calls', "the agent's `toolCallsPerRun` decides"),
    ignored('image', 'no images are made'),
    ignored('access_programs', 'nothing of the kind is here'),
    refused('prompt', "OpenAI's stored prompts are not here; agents have instructions"),
    refused('top_logprobs', 'not kept', (value) => value === 0),
  ],
};
