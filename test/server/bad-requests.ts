/** A request that is refused, and how. */
export interface BadRequest {
  readonly name: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  readonly code: string;
}

const json = { 'Content-Type': 'application/json' };
const messages = '/v1/sessions/known/messages';
const invalid = { status: 400, code: 'InvalidMessage' } as const;

function sent(name: string, body: string, refusal: Pick<BadRequest, 'status' | 'code'> = invalid): BadRequest {
  return { name, path: messages, method: 'POST', headers: json, body, ...refusal };
}

function asked(name: string, path: string, refusal: Pick<BadRequest, 'status' | 'code'> = invalid): BadRequest {
  return { name, path, ...refusal };
}

/** Session `known` has the agent `assistant`. */
export const badRequests: readonly BadRequest[] = [
  sent('broken JSON', '{"text":"hello",'),
  sent('no body', ''),
  sent('a list', '[]'),
  sent('a field of another type', '{"text":5}'),
  sent('a field that nobody knows', '{"text":"a","txet":"b"}'),
  sent('neither text nor parts', '{}'),
  sent('text and parts', '{"text":"a","parts":[]}'),
  sent('an empty text', '{"text":" "}'),
  sent('a part of no kind', '{"parts":[{"type":"zap"}]}'),
  sent('a picture without its bytes', '{"parts":[{"type":"image","mediaType":"image/png"}]}'),
  sent('a long message id', JSON.stringify({ text: 'a', messageId: 'm'.repeat(400) })),
  sent('JSON that is nested deeply', `{"text":"a","metadata":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`),
  sent('a text over its limit', JSON.stringify({ text: 'a'.repeat(300_000) }), {
    status: 413,
    code: 'MessageTooLarge',
  }),
  sent('a body over its limit', ' '.repeat(17 * 1024 * 1024), { status: 413, code: 'MessageTooLarge' }),
  sent('another agent', '{"text":"a","agent":"desk"}', { status: 409, code: 'SessionExists' }),
  {
    ...sent('two ids', '{"text":"a","messageId":"m1"}'),
    headers: { ...json, 'Idempotency-Key': 'm2' },
  },
  {
    ...sent('a form', 'text=a', { status: 415, code: 'UnsupportedMediaType' }),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  },
  {
    ...sent('another charset', '{"text":"a"}', { status: 415, code: 'UnsupportedMediaType' }),
    headers: { 'Content-Type': 'application/json; charset=utf-16' },
  },
  {
    ...sent('a compressed body', '{"text":"a"}', { status: 415, code: 'UnsupportedMediaType' }),
    headers: { ...json, 'Content-Encoding': 'gzip' },
  },
  { ...sent('an unknown session', '{"text":"a"}'), path: '/v1/sessions/none/messages', ...notFound('Session') },
  {
    ...sent('an unknown agent', '{"text":"a","agent":"nobody"}', { status: 422, code: 'UnknownAgent' }),
    path: '/v1/sessions/other/messages',
  },
  { ...sent('an id that is none', '{"agent":"assistant","sessionId":"../etc"}'), path: '/v1/sessions' },
  { ...sent('limits that are none', '{"callsPerRun":-1}'), path: '/v1/sessions/known/limits' },
  { ...sent('a call that waits for nobody', '{"callId":"c","approved":true}'), path: '/v1/sessions/known/approvals' },
  {
    ...sent('a budget below nothing', '{"scope":"user","key":"ann","window":"day","tokens":-1}'),
    method: 'PUT',
    path: '/v1/budgets',
  },
  asked('an unknown run', '/v1/sessions/known/runs/none', notFound('Run')),
  asked('an unknown call', '/v1/sessions/known/calls/none/request', notFound('Run')),
  asked('a limit that is no number', '/v1/sessions?limit=many'),
  asked('a parameter twice', '/v1/sessions?limit=2&limit=3'),
  asked('a status that is none', '/v1/sessions?status=odd'),
  asked('a cursor of nothing', '/v1/sessions?cursor=none'),
  asked('a place that is no number', '/v1/sessions/known/messages?before=then'),
  asked('an event that is none', '/v1/sessions/known/events?lastEventId=-1'),
  asked('a time that is none', '/v1/usage?from=yesterday'),
  asked('a time zone that is none', '/v1/usage?timeZone=Mars/Olympus'),
  asked('a grouping that is none', '/v1/usage?by=colour'),
  asked('an encoded slash', '/v1/sessions/known%2fmetrics', notFound('Session')),
  asked('a NUL', '/v1/sessions/%00', notFound('Session')),
  asked('bytes that are no UTF-8', '/v1/sessions/%ff', notFound('Session')),
  asked('the files above', '/..%2f..%2f..%2fetc%2fpasswd', notFound('')),
  asked('the files above, twice encoded', '/%252e%252e%252fetc%252fpasswd', notFound('')),
  asked('nothing', '/v1/nothing', notFound('')),
  { name: 'a wrong method', path: '/v1/sessions/known', method: 'PUT', status: 405, code: 'MethodNotAllowed' },
  { name: 'a wrong method of the health', path: '/healthz', method: 'POST', status: 405, code: 'MethodNotAllowed' },
  asked('huge headers', '/v1/about', { status: 431, code: 'HeadersTooLarge' }),
].map((one) => (one.name === 'huge headers' ? { ...one, headers: { 'X-Large': 'a'.repeat(20_000) } } : one));

function notFound(what: string): { readonly status: 404; readonly code: string } {
  return { status: 404, code: `${what}NotFound` };
}

/** What no client of HTTP would send. */
export const rawRequests: readonly { readonly name: string; readonly text: string; readonly status: number }[] = [
  { name: 'a method that HTTP does not have', text: 'FOO /v1/about HTTP/1.1\r\nHost: localhost\r\n\r\n', status: 405 },
  { name: 'no HTTP at all', text: '\x16\x03\x01\x00', status: 400 },
  { name: 'no host', text: 'GET /v1/about HTTP/1.1\r\n\r\n', status: 400 },
  { name: 'a host that is none', text: 'GET /v1/about HTTP/1.1\r\nHost: a b\r\n\r\n', status: 400 },
  { name: 'a raw NUL', text: 'GET /v1/\0 HTTP/1.1\r\nHost: localhost\r\n\r\n', status: 400 },
  {
    name: 'two lengths',
    text: 'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    status: 400,
  },
];
