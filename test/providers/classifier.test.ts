import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { InStreamError } from '../../src/providers/complaint.ts';
import { type Situation, toFailure } from '../../src/providers/failure.ts';
import { redact } from '../../src/providers/redact.ts';
import { retryAfterMs } from '../../src/providers/retry-after.ts';

const now = Date.parse('2026-11-22T10:00:00Z');
const partial = { text: 'It is', usage: null, timeToFirstTokenMs: 12 };
const underWay: Situation = {
  aborted: false,
  sent: true,
  connecting: true,
  answering: true,
  refusal: null,
  partial,
  secrets: [],
  now,
};

function refused(status: number, body: unknown, headers: Record<string, string> = {}) {
  const refusal = { status, headers: new Headers(headers), body: JSON.stringify(body) };
  return toFailure(new Error('any'), { ...underWay, answering: false, refusal });
}

const openaiError = (code: string | null, message: string) => ({ error: { message, type: 'x', param: null, code } });
const anthropicError = (type: string, message: string) => ({ type: 'error', error: { type, message } });

describe('classifier: status codes', () => {
  it.each([
    [400, 'bad-request', false, 'no'],
    [401, 'authentication', false, 'no'],
    [402, 'permission', false, 'no'],
    [403, 'permission', false, 'no'],
    [404, 'not-found', false, 'no'],
    [408, 'timeout', true, 'maybe'],
    [409, 'server', true, 'no'],
    [422, 'bad-request', false, 'no'],
    [429, 'rate-limit', true, 'no'],
    [500, 'server', true, 'no'],
    [502, 'server', true, 'no'],
    [503, 'overloaded', true, 'no'],
    [504, 'timeout', true, 'maybe'],
    [529, 'overloaded', true, 'no'],
  ])('classifier: %i is %s, retryable %s, billed %s', (status, kind, retryable, billed) => {
    const failure = refused(status, openaiError(null, 'Words of the provider'));
    expect(failure).toMatchObject({ kind, retryable, billed, status, partial: null });
    expect(failure.message).toBe('Words of the provider');
  });

  it('classifier: 429 with retry-after-ms retries after it', () => {
    expect(refused(429, {}, { 'retry-after-ms': '1250', 'retry-after': '9' }).retryAfterMs).toBe(1250);
  });

  it('classifier: 429 for an exhausted quota does not retry', () => {
    const failure = refused(429, openaiError('insufficient_quota', 'You exceeded your current quota'));
    expect(failure).toMatchObject({ kind: 'rate-limit', retryable: false });
  });

  it('classifier: 429 that speaks of the context window in tokens a minute is still a rate limit', () => {
    const failure = refused(429, openaiError('rate_limit_exceeded', 'Please reduce the length of the messages'));
    expect(failure).toMatchObject({ kind: 'rate-limit', retryable: true });
  });
});

describe('classifier: requests longer than the window', () => {
  it.each([
    ['OpenAI', 400, openaiError('context_length_exceeded', 'Your input exceeds the context window of this model.')],
    ['Anthropic', 400, anthropicError('invalid_request_error', 'prompt is too long: 203214 tokens > 200000 maximum')],
    [
      'Anthropic with max_tokens',
      400,
      anthropicError(
        'invalid_request_error',
        'input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000',
      ),
    ],
    [
      'llama.cpp',
      400,
      {
        error: {
          code: 400,
          message: 'request (3031 tokens) exceeds the available context size (2048 tokens), try increasing it',
          type: 'exceed_context_size_error',
          n_prompt_tokens: 3031,
          n_ctx: 2048,
        },
      },
    ],
    [
      'vLLM',
      400,
      {
        object: 'error',
        message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
        type: 'BadRequestError',
        code: 400,
      },
    ],
    ['Ollama', 500, { error: 'prompt too long; exceeded max context length by 12 tokens' }],
    [
      'Ollama without shifting',
      400,
      { error: 'the prompt is longer than the context length currently available to the model; shorten the prompt' },
    ],
    ['Ollama without truncation', 400, { error: 'the input length exceeds the context length' }],
    [
      'Google',
      400,
      [
        {
          error: {
            code: 400,
            message: 'The input token count (9) exceeds the maximum number of tokens allowed (8).',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
    ],
    ['Groq', 400, openaiError('context_length_exceeded', 'Please reduce the length of the messages or completion.')],
    [
      'xAI',
      400,
      {
        code: 'invalid',
        error: "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
      },
    ],
    ['a limit of bytes', 413, anthropicError('request_too_large', 'Request exceeds the maximum size')],
  ])('classifier: %s', (_, status, body) => {
    expect(refused(status, body)).toMatchObject({ kind: 'context-length', retryable: false, billed: 'no' });
  });
});

describe('classifier: the words of the provider', () => {
  it('finds them where vLLM and Mistral put them, outside of an error object', () => {
    expect(refused(400, { object: 'error', message: 'unknown role', type: 'BadRequestError' }).message).toBe(
      'unknown role',
    );
  });

  it('finds them where Mistral nests a validation report', () => {
    const body = { object: 'error', message: { detail: [{ msg: 'Extra inputs are not permitted' }] } };
    expect(refused(422, body).message).toContain('Extra inputs are not permitted');
  });

  it('keeps the text of a page that is no JSON', () => {
    const refusal = { status: 502, headers: new Headers(), body: '<h1>Bad gateway</h1>' };
    expect(toFailure(new Error('any'), { ...underWay, refusal }).message).toBe('<h1>Bad gateway</h1>');
  });

  it('names the status where there are none', () => {
    const refusal = { status: 500, headers: new Headers(), body: '' };
    expect(toFailure(new Error('any'), { ...underWay, refusal }).message).toBe('HTTP status 500 without a message');
  });
});

describe('classifier: errors inside a stream', () => {
  it('classifier: Anthropic overloaded in mid-stream retries, may be billed and keeps the text so far', () => {
    const body = anthropicError('overloaded_error', 'Overloaded');
    const error = new Anthropic.APIError(undefined, body, undefined, new Headers(), 'overloaded_error');
    expect(toFailure(error, underWay)).toMatchObject({
      kind: 'overloaded',
      retryable: true,
      billed: 'maybe',
      status: null,
      partial,
      message: 'Overloaded',
    });
  });

  it.each([
    ['rate_limit_exceeded', 'rate-limit', true],
    ['server_error', 'server', true],
    ['insufficient_quota', 'rate-limit', false],
    ['context_length_exceeded', 'context-length', false],
    ['invalid_prompt', 'bad-request', false],
    ['502', 'server', true],
    ['a_word_nobody_knows', 'server', true],
  ])('classifier: the code %s is %s, retryable %s', (word, kind, retryable) => {
    expect(toFailure(new InStreamError('Words', [word]), underWay)).toMatchObject({ kind, retryable, billed: 'maybe' });
  });

  it('classifier: an error object in a chunk of chat completions is read like a status', () => {
    const error = new OpenAI.APIError(
      undefined,
      { message: 'Provider returned error', code: 429 },
      undefined,
      undefined,
    );
    expect(toFailure(error, underWay)).toMatchObject({ kind: 'rate-limit', message: 'Provider returned error' });
  });
});

describe('classifier: connections', () => {
  const fetchFailed = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });

  it('classifier: a refused connection retries and was not billed', () => {
    const failure = toFailure(new OpenAI.APIConnectionError({ cause: fetchFailed }), {
      ...underWay,
      sent: false,
      answering: false,
    });
    expect(failure).toMatchObject({ kind: 'connection', retryable: true, billed: 'no', partial: null });
    expect(failure.message).toContain('connect ECONNREFUSED 127.0.0.1:1');
  });

  it('classifier: a socket broken before the answer began may be billed', () => {
    const failure = toFailure(fetchFailed, { ...underWay, answering: false });
    expect(failure).toMatchObject({ kind: 'connection', retryable: true, billed: 'maybe', partial });
  });

  it('classifier: a socket broken in the answer is a broken stream', () => {
    expect(toFailure(new TypeError('terminated'), underWay)).toMatchObject({ kind: 'stream-broken', retryable: true });
  });

  it('classifier: a request that the SDK can not make does not retry', () => {
    const failure = toFailure(new Error('bad header'), { ...underWay, sent: false, connecting: false });
    expect(failure).toMatchObject({ kind: 'bad-request', retryable: false, billed: 'no' });
  });

  it('classifier: an abort before anything was sent is free', () => {
    expect(toFailure(new Error('x'), { ...underWay, aborted: true, sent: false })).toMatchObject({
      kind: 'aborted',
      billed: 'no',
      partial: null,
    });
  });

  it('classifier: an abort after that may be billed and keeps the text so far', () => {
    expect(toFailure(new Error('x'), { ...underWay, aborted: true })).toMatchObject({
      kind: 'aborted',
      retryable: false,
      billed: 'maybe',
      partial,
    });
  });
});

describe('Retry-After', () => {
  it.each([
    [{ 'retry-after-ms': '20' }, 20],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:07 GMT' }, 7000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, null],
    [{}, null],
  ])('reads %j as %p ms', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), now)).toBe(expected);
  });
});

describe('redact', () => {
  it.each([
    'Incorrect API key provided: sk-proj-abcdefgh12345678. You can find',
    'Incorrect API key provided: sk-abcde***********************wxyz.',
    'invalid Authorization: Bearer abc.def-ghi',
    'x-api-key: 0123456789abcdef',
    'key AIzaSyA1234567890abcdefghij is wrong',
    'gsk_abcdef1234567890 is not valid',
    'the key hunter2hunter2 is not valid',
  ])('leaves no key in: %s', (text) => {
    const clean = redact(text, ['hunter2hunter2']);
    expect(clean).toContain('[key]');
    expect(clean).not.toMatch(/sk-\w|abc\.def|0123456789abcdef|AIza|gsk_|hunter2/);
  });

  it('leaves ordinary words alone, and the placeholder of a server without keys', () => {
    const text = 'The risk-free task-list says none of the key-value pairs is valid';
    expect(redact(text, ['none'])).toBe(text);
  });

  it('keeps the configured key out of a failure, and gives it no cause that would hold it', () => {
    const refusal = { status: 401, headers: new Headers(), body: '{"error":{"message":"wrong key my-own-secret-1"}}' };
    const failure = toFailure(new Error('my-own-secret-1'), { ...underWay, refusal, secrets: ['my-own-secret-1'] });
    expect(failure.message).toBe('wrong key [key]');
    expect(failure.cause).toBeUndefined();
  });
});
