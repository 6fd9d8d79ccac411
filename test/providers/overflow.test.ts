import { describe, expect, it } from '@jest/globals';
import { toFailure } from '../../src/providers/failure.ts';

function refused(status: number, body: unknown) {
  const refusal = { status, headers: new Headers(), body: typeof body === 'string' ? body : JSON.stringify(body) };
  return toFailure(new Error('any'), {
    aborted: false,
    sent: true,
    connecting: true,
    answering: false,
    refusal,
    partial: { text: '', usage: null, timeToFirstTokenMs: null },
    secrets: [],
    now: 0,
  });
}

const openai = (message: string, code: string | null = 'context_length_exceeded') => ({
  error: { message, type: 'invalid_request_error', param: 'messages', code },
});
const anthropic = (message: string) => ({
  type: 'error',
  error: { type: 'invalid_request_error', message },
  request_id: 'req_011CUB2XUHWkFnQzxcKBbjpF',
});
const vllm = (message: string) => ({ object: 'error', message, type: 'BadRequestError', param: null, code: 400 });
const llamaCpp = (requested: number, window: number) => ({
  error: {
    code: 400,
    message: `request (${requested} tokens) exceeds the available context size (${window} tokens), try increasing it`,
    type: 'exceed_context_size_error',
    n_prompt_tokens: requested,
    n_ctx: window,
  },
});
const google = (message: string) => [{ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }];

/** Bodies as the servers send them: recorded, or quoted in their users' reports. */
const refusals: [string, number, unknown, number | null, number | null][] = [
  [
    'OpenAI, messages alone',
    400,
    openai(
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 8300 tokens. Please reduce the length of the messages.",
    ),
    8192,
    8300,
  ],
  [
    'OpenAI, with functions and completion',
    400,
    openai(
      "This model's maximum context length is 8192 tokens. However, you requested 8213 tokens (6683 in the messages, 730 in the functions, and 800 in the completion). Please reduce the length of the messages, functions, or completion.",
    ),
    8192,
    8213,
  ],
  [
    'OpenAI, completions',
    400,
    openai(
      "This model's maximum context length is 4097 tokens, however you requested 4226 tokens (3970 in your prompt; 256 for the completion). Please reduce your prompt; or completion length.",
      null,
    ),
    4097,
    4226,
  ],
  [
    'OpenAI, input limit',
    400,
    openai(
      'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 477469 tokens. Please reduce the length of the messages.',
    ),
    272_000,
    477_469,
  ],
  [
    'OpenAI, responses',
    400,
    openai('Your input exceeds the context window of this model. Please adjust your input and try again.'),
    null,
    null,
  ],
  ['Anthropic, input', 400, anthropic('prompt is too long: 208310 tokens > 200000 maximum'), 200_000, 208_310],
  [
    'Anthropic, input and max_tokens',
    400,
    anthropic(
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
    ),
    200_000,
    210_000,
  ],
  ['Anthropic, bytes', 413, anthropic('Request exceeds the maximum size'), null, null],
  ['Bedrock', 400, { message: 'Input is too long for requested model.' }, null, null],
  ['llama.cpp', 400, llamaCpp(2031, 1024), 1024, 2031],
  [
    'llama.cpp of 2025, whose words have no figures',
    400,
    {
      error: {
        code: 400,
        message:
          'the request exceeds the available context size. try increasing the context size or enable context shift',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 14_429,
        n_ctx: 8192,
      },
    },
    8192,
    14_429,
  ],
  [
    'llama-cpp-python',
    400,
    { error: { message: 'Requested tokens (2285) exceed context window of 2048', type: 'invalid_request_error' } },
    2048,
    2285,
  ],
  [
    'vLLM, messages and completion',
    400,
    vllm(
      "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
    ),
    4096,
    5000,
  ],
  [
    'vLLM 0.9, messages',
    400,
    vllm(
      "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens in the messages, Please reduce the length of the messages.",
    ),
    8192,
    9000,
  ],
  [
    'vLLM 0.11, input',
    400,
    vllm(
      "This model's maximum context length is 8192 tokens. However, your request has 9000 input tokens. Please reduce the length of the input messages.",
    ),
    8192,
    9000,
  ],
  [
    'vLLM 0.11, max_tokens',
    400,
    vllm(
      "'max_tokens' or 'max_completion_tokens' is too large: 64. This model's maximum context length is 8192 tokens and your request has 8150 input tokens (64 > 8192 - 8150).",
    ),
    8192,
    8214,
  ],
  [
    'vLLM of 2026',
    400,
    {
      error: vllm(
        "This model's maximum context length is 262144 tokens. However, you requested 128000 output tokens and your prompt contains at least 134145 input tokens, for a total of at least 262145 tokens. Please reduce the length of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=134145)",
      ),
    },
    262_144,
    262_145,
  ],
  [
    'SGLang',
    400,
    vllm(
      "Requested token count exceeds the model's maximum context length of 131072 tokens. You requested a total of 135000 tokens: 131000 tokens from the input messages and 4000 tokens for the completion.",
    ),
    131_072,
    135_000,
  ],
  [
    'SGLang, input',
    400,
    vllm("The input (85050 tokens) is longer than the model's context length (32768 tokens)."),
    32_768,
    85_050,
  ],
  [
    'text-generation-inference',
    422,
    {
      error:
        'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 3474 `inputs` tokens and 60 `max_new_tokens`',
      error_type: 'validation',
    },
    2048,
    3534,
  ],
  [
    'Ollama 0.40, which hands on its engine’s error as a text',
    400,
    { error: JSON.stringify(llamaCpp(2622, 512)) },
    512,
    2622,
  ],
  ['Ollama 0.12', 400, { error: 'the input length exceeds the context length' }, null, null],
  ['Ollama’s cloud', 400, { error: 'prompt too long; exceeded max context length by 12 tokens' }, null, null],
  [
    'Ollama without shifting',
    500,
    { error: 'the prompt is longer than the context length currently available to the model; shorten the prompt' },
    null,
    null,
  ],
  [
    'LM Studio',
    400,
    {
      error:
        'Trying to keep the first 10136 tokens when context the overflows. However, the model is loaded with context length of only 7866 tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input',
    },
    7866,
    10_136,
  ],
  ['LM Studio 0.4', 400, { error: 'Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)' }, 7424, 15_028],
  [
    'LM Studio, in the middle of an answer',
    400,
    {
      error:
        'Reached context length of 4096 tokens with model (arch: qwen3vlmoe) that does not currently support mid-generation context overflow. Try reloading with a larger context length or shortening the prompt/chat.',
    },
    4096,
    null,
  ],
  ['LM Studio, MLX', 400, { error: 'Context size has been exceeded.' }, null, null],
  [
    'Google',
    400,
    google('The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).'),
    1_048_576,
    1_200_293,
  ],
  [
    'Google through a gateway, which hands the body on as a text',
    400,
    {
      error: {
        message: JSON.stringify(
          google('The input token count (3475108) exceeds the maximum number of tokens allowed (1048576).')[0],
        ),
        code: 400,
        status: 'Bad Request',
      },
    },
    1_048_576,
    3_475_108,
  ],
  [
    'Mistral',
    400,
    {
      object: 'error',
      message:
        'Prompt contains 152960 tokens and 0 draft tokens, too large for model with 131072 maximum context length',
      type: 'invalid_request_error',
      param: null,
      code: '3051',
    },
    131_072,
    152_960,
  ],
  ['Groq', 400, openai('Please reduce the length of the messages or completion.'), null, null],
  [
    'Groq, more than a minute’s allowance',
    413,
    {
      error: {
        message:
          'Request too large for model `llama-3.1-8b-instant` in organization `org_01` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again.',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    },
    null,
    null,
  ],
  [
    'OpenAI, more than a minute’s allowance',
    429,
    {
      error: {
        message:
          'Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 342389. The input or output tokens must be reduced in order to run successfully.',
        type: 'tokens',
        param: null,
        code: 'rate_limit_exceeded',
      },
    },
    null,
    null,
  ],
  [
    'Cerebras',
    400,
    openai('Please reduce the length of the messages or completion. Current length is 42328 while limit is 40000'),
    40_000,
    42_328,
  ],
  [
    'xAI',
    400,
    {
      code: 'Client specified an invalid argument',
      error: "This model's maximum prompt length is 131072 but the request contains 136973 tokens.",
    },
    131_072,
    136_973,
  ],
  [
    'OpenRouter',
    400,
    {
      error: {
        message:
          'This endpoint\'s maximum context length is 204800 tokens. However, you requested about 309977 tokens (303247 of text input, 6730 of tool input). Please reduce the length of either one, or use the "middle-out" transform to compress your prompt automatically.',
        code: 400,
        metadata: { provider_name: null },
      },
    },
    204_800,
    309_977,
  ],
  [
    'OpenRouter, with the words of the provider behind it',
    400,
    {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: {
          raw: '{"error":{"message":"Invalid request: Your request exceeded model token limit: 262144 (requested: 566084)","type":"invalid_request_error"}}',
          provider_name: 'Moonshot',
        },
      },
    },
    262_144,
    566_084,
  ],
  [
    'DeepSeek',
    400,
    openai(
      "This model's maximum context length is 131072 tokens. However, you requested 131134 tokens (122942 in the messages, 8192 in the completion). Please reduce the length of the messages or completion.",
      'invalid_request_error',
    ),
    131_072,
    131_134,
  ],
  [
    'Moonshot, without the request’s length',
    400,
    openai('Your request exceeded model token limit: 8192', null),
    8192,
    null,
  ],
  ['DashScope', 400, openai('Range of input length should be [1, 129024]', 'invalid_parameter_error'), 129_024, null],
  ['MiniMax', 400, { error: { message: 'invalid params, context window exceeds limit (2013)' } }, null, null],
];

describe('what a provider tells when a request is longer than its window', () => {
  it.each(refusals)('%s', (_, status, body, window, requested) => {
    expect(refused(status, body)).toMatchObject({
      kind: 'context-length',
      retryable: false,
      billed: 'no',
      overflow: { window, requested },
    });
  });

  it.each([
    [
      'an image for a model that takes none',
      400,
      {
        error: JSON.stringify({
          error: {
            code: 400,
            message: 'Multimodal data provided, but model does not support multimodal requests.',
            type: 'invalid_request_error',
          },
        }),
      },
    ],
    [
      'an output limit of its own',
      400,
      openai(
        'max_tokens is too large: 200000. This model supports at most 16384 completion tokens, whereas you provided 200000.',
        'invalid_value',
      ),
    ],
    [
      'a rate limit',
      429,
      openai(
        'Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000, Requested 1443. Please try again in 4.77s.',
        'rate_limit_exceeded',
      ),
    ],
    ['a file that is too large', 400, openai('File size is too large, max file size is 100MB', null)],
  ])('is not read into %s', (_, status, body) => {
    const failure = refused(status, body);
    expect(failure.kind).not.toBe('context-length');
    expect(failure.overflow).toBeNull();
  });

  it('keeps the words of the server behind a gateway', () => {
    const inner = { error: { message: 'Unknown parameter: foo', type: 'invalid_request_error' } };
    const body = { error: { message: 'Provider returned error', code: 400, metadata: { raw: JSON.stringify(inner) } } };
    expect(refused(400, body).message).toBe('Provider returned error: Unknown parameter: foo');
  });
});
