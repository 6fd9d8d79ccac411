import { isBase64 } from './base64.ts';
import type { Limits, Thresholds } from './agent.ts';
import type { ErrorFacts } from './errors.ts';
import type { UserPart } from './messages.ts';
import type { SendInput } from './run.ts';
import { sessionIdPattern } from './session.ts';
import { orderProblems } from './threshold-order.ts';

/** The most open sends: Temporal gives a workflow ten update slots, and two stay for `compact` and `setLimits`. */
export const maxOpenSends = 8;

/** The most queued messages, signalled and sent together. */
export const maxQueued = 64;

/** A larger message would end the workflow: Temporal takes no input past 2 MiB. */
export const maxMessageBytes = 1_048_576;

const maxMessageIdChars = 200;
const maxMetadataChars = 16_384;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): ErrorFacts {
  return { code: 'InvalidMessage', message };
}

function partProblem(part: unknown, at: string): string | null {
  if (!isRecord(part)) return `${at} is not an object`;
  if (part['type'] === 'text') return typeof part['text'] === 'string' ? null : `${at}.text is not a string`;
  if (part['type'] !== 'image' && part['type'] !== 'audio' && part['type'] !== 'file') {
    return `${at}.type is ${JSON.stringify(part['type'])}; a message takes text, image, audio and file`;
  }
  if (typeof part['mediaType'] !== 'string' || !/^[\w.+-]+\/[\w.+-]+/.test(part['mediaType'])) {
    return `${at}.mediaType is missing or no media type such as image/png`;
  }
  const sources = ['url', 'data', 'storedAs'].filter((key) => typeof part[key] === 'string' && part[key] !== '');
  if (sources.length !== 1) return `${at} needs exactly one of url, data and storedAs`;
  const { data } = part;
  if (typeof data !== 'string' || isBase64(data)) return null;
  return `${at}.data is not base64${data.startsWith('data:') ? '; a data: URL goes into url' : ''}`;
}

/** What is wrong with a message's parts; `null`: nothing. */
export function partsProblem(parts: unknown): ErrorFacts | null {
  if (!Array.isArray(parts) || parts.length === 0) return invalid('parts must be a list with at least one part');
  for (const [index, part] of parts.entries()) {
    const problem = partProblem(part, `parts[${index}]`);
    if (problem !== null) return invalid(problem);
  }
  return null;
}

/** The parts of a message, whether it was given as `text` or as `parts`. */
export function partsOf(input: SendInput): readonly UserPart[] {
  return input.parts ?? [{ type: 'text', text: input.text ?? '' }];
}

/**
 * What is wrong with the argument of `send` or `message`, before anything of the session is looked at; `null`: nothing.
 * It takes any value, since any Temporal client may have made it.
 */
export function messageProblem(input: unknown, limits: Pick<Limits, 'messageBytes'>): ErrorFacts | null {
  if (!isRecord(input)) return invalid('A message is an object such as { "text": "Hello" }');
  const { messageId, text, parts, metadata, agent, run, after } = input;
  if (messageId !== undefined && (typeof messageId !== 'string' || !/^[\x20-\x7e]+$/.test(messageId))) {
    return invalid('messageId must be a string of printable ASCII characters');
  }
  if (typeof messageId === 'string' && messageId.length > maxMessageIdChars) {
    return invalid(`messageId has ${messageId.length} characters; at most ${maxMessageIdChars} are taken`);
  }
  if (agent !== undefined && typeof agent !== 'string') return invalid('agent must be a string');
  const misfit = metadataProblem(metadata) ?? requestProblem(run, after);
  if (misfit !== null) return misfit;
  if ((text === undefined) === (parts === undefined)) return invalid('A message has either text or parts');
  if (text !== undefined && typeof text !== 'string') return invalid(`text must be a string, not ${typeof text}`);
  const problem = parts === undefined ? null : partsProblem(parts);
  if (problem !== null) return problem;
  const large = sizeProblem(text ?? JSON.stringify(parts), limits.messageBytes);
  if (large !== null) return large;
  const said = partsOf(input as SendInput).some((part) => part.type !== 'text' || part.text.trim() !== '');
  return said ? null : invalid('The message is empty');
}

/** What is wrong with what a message asks of its run; `null`: nothing. */
function requestProblem(run: unknown, after: unknown): ErrorFacts | null {
  if (after !== undefined && typeof after !== 'string') return invalid('after must be the id of a run');
  if (run === undefined) return null;
  if (!isRecord(run)) return invalid('run must be an object such as { "maxOutputTokens": 100 }');
  const { maxOutputTokens, storedAs } = run;
  if (maxOutputTokens !== undefined && !positiveInteger(maxOutputTokens)) {
    return invalid('run.maxOutputTokens must be a positive integer');
  }
  if (storedAs === undefined || (typeof storedAs === 'string' && /^[0-9a-f]{64}$/.test(storedAs))) return null;
  return invalid('run.storedAs must be the id of a blob in the store');
}

/** `null`: the text, or the parts as JSON, has no more bytes than this. */
export function sizeProblem(text: string, limit: number): ErrorFacts | null {
  const bytes = utf8Bytes(text);
  if (bytes <= limit) return null;
  return {
    code: 'MessageTooLarge',
    message: `The message has ${bytes} bytes; ${limit} are allowed (limits.messageBytes)`,
    details: { bytes, limit },
  };
}

function metadataProblem(metadata: unknown): ErrorFacts | null {
  if (metadata === undefined) return null;
  if (!isRecord(metadata)) return invalid('metadata must be an object');
  const { length } = JSON.stringify(metadata);
  if (length <= maxMetadataChars) return null;
  return invalid(`metadata has ${length} characters as JSON; at most ${maxMetadataChars} are taken`);
}

/** Bytes of a text in UTF-8: the sandbox has no `Buffer`. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // A surrogate pair is two UTF-16 units and four bytes; other units past 0x7ff take three bytes, past 0x7f two.
    if (code > 0x7ff) bytes += code >= 0xd800 && code <= 0xdfff ? 1 : 2;
    else if (code > 0x7f) bytes += 1;
  }
  return bytes;
}

/** What is wrong with the argument of the workflow `session`; `null`: nothing. */
export function sessionProblem(input: unknown): ErrorFacts | null {
  if (!isRecord(input)) {
    return invalid('A session starts with an object such as { "sessionId": "ann-1", "agent": "assistant" }');
  }
  const { sessionId, agent, user, tenant, keys, limits, metadata, from, once } = input;
  if (typeof sessionId !== 'string' || !sessionIdPattern.test(sessionId)) {
    return invalid(
      'sessionId must be 1 to 128 of the characters A-Z a-z 0-9 . _ : @ + - and begin with a letter or digit',
    );
  }
  if (typeof agent !== 'string' || agent === '') return invalid('agent must name an agent of the config');
  for (const [name, value] of [
    ['user', user],
    ['tenant', tenant],
  ] as const) {
    if (value !== undefined && (typeof value !== 'string' || value === '' || value.length > 200)) {
      return invalid(`${name} must be a string of 1 to 200 characters`);
    }
  }
  if (keys !== undefined && !(isRecord(keys) && Object.values(keys).every((name) => typeof name === 'string'))) {
    return invalid('keys must name a stored key for each provider, such as { "openai": "team-key" }');
  }
  if (from !== undefined && (typeof from !== 'string' || !sessionIdPattern.test(from) || from === sessionId)) {
    return invalid('from must name another session, which this one carries on');
  }
  if (once !== undefined && typeof once !== 'boolean') return invalid('once must be true or false');
  const misfit = metadataProblem(metadata);
  if (misfit !== null) return misfit;
  return limits === undefined ? null : limitsProblem(limits);
}

/** What is wrong with the argument of `compact`; `null`: nothing. */
export function compactProblem(request: unknown): ErrorFacts | null {
  if (request == null) return null;
  const keepRuns = isRecord(request) ? request['keepRuns'] : null;
  if (keepRuns === undefined || (Number.isSafeInteger(keepRuns) && (keepRuns as number) >= 0)) return null;
  return invalid('compact takes an object such as { "keepRuns": 3 }; keepRuns must be an integer of 0 or more');
}

const positiveInteger = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const positiveOrNull = (value: unknown): boolean =>
  value === null || (typeof value === 'number' && Number.isFinite(value) && value > 0);
const fractionOrNull = (value: unknown): boolean =>
  value === null || (typeof value === 'number' && value > 0 && value <= 1);

const limitRules: { readonly [K in keyof Limits]: readonly [(value: unknown) => boolean, string] } = {
  callsPerRun: [positiveInteger, 'a positive integer'],
  toolCallsPerRun: [positiveInteger, 'a positive integer'],
  runSeconds: [(value) => value !== null && positiveOrNull(value), 'a positive number of seconds'],
  tokensPerRun: [(value) => value === null || positiveInteger(value), 'a positive integer or null'],
  costPerRun: [positiveOrNull, 'a positive number of dollars or null'],
  maxOutputTokens: [positiveInteger, 'a positive integer'],
  queue: [
    (value) => positiveInteger(value) && (value as number) <= maxOpenSends,
    `an integer from 1 to ${maxOpenSends} (Temporal gives a workflow ten update slots; two stay free)`,
  ],
  messageBytes: [
    (value) => positiveInteger(value) && (value as number) <= maxMessageBytes,
    `an integer from 1 to ${maxMessageBytes} (a larger input would end the workflow)`,
  ],
};

const contextRules: { readonly [K in keyof Thresholds['context']]: true } = {
  warn: true,
  compact: true,
  critical: true,
  stop: true,
};

const sessionRules: {
  readonly [K in keyof Thresholds['session']]: readonly [(value: unknown) => boolean, string];
} = {
  tokens: [(value) => value === null || positiveInteger(value), 'a positive integer or null'],
  cost: [positiveOrNull, 'a positive number of dollars or null'],
  runs: [(value) => value === null || positiveInteger(value), 'a positive integer or null'],
  ageHours: [positiveOrNull, 'a positive number of hours or null'],
  warnAt: [(value) => value !== null && fractionOrNull(value), 'a fraction above 0 and up to 1'],
  criticalAt: [(value) => value !== null && fractionOrNull(value), 'a fraction above 0 and up to 1'],
  onReach: [(value) => value === 'stop' || value === 'warn', '"stop" or "warn"'],
};

/** What is wrong with the order of thresholds that are to be in force together; `null`: nothing. */
export function orderProblemOf(thresholds: Thresholds): ErrorFacts | null {
  const [problem] = orderProblems(thresholds);
  return problem === undefined ? null : invalid(`limits.thresholds.${problem.path.join('.')}: ${problem.text}`);
}

function ruleProblem(
  given: unknown,
  rules: Readonly<Record<string, readonly [(value: unknown) => boolean, string]>>,
  path: string,
): string | null {
  if (!isRecord(given)) return `${path} must be an object`;
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) return `${path}.${name} is unknown; known are ${Object.keys(rules).join(', ')}`;
    if (!rule[0](value)) return `${path}.${name} must be ${rule[1]}, not ${JSON.stringify(value)}`;
  }
  return null;
}

/** What is wrong with the argument of `setLimits`; `null`: nothing. */
export function limitsProblem(patch: unknown): ErrorFacts | null {
  if (!isRecord(patch)) return invalid('limits must be an object such as { "callsPerRun": 10 }');
  const { thresholds, ...limits } = patch;
  const limitProblem = ruleProblem(limits, limitRules, 'limits');
  if (limitProblem !== null) return invalid(limitProblem);
  if (thresholds === undefined) return null;
  if (!isRecord(thresholds)) return invalid('limits.thresholds must be an object');
  for (const name of Object.keys(thresholds)) {
    if (name !== 'context' && name !== 'session') {
      return invalid(`limits.thresholds.${name} is unknown; known are context, session`);
    }
  }
  const fraction = [fractionOrNull, 'a fraction above 0 and up to 1, or null'] as const;
  const rulesOfContext = Object.fromEntries(Object.keys(contextRules).map((name) => [name, fraction]));
  const problem =
    ruleProblem(thresholds['context'] ?? {}, rulesOfContext, 'limits.thresholds.context') ??
    ruleProblem(thresholds['session'] ?? {}, sessionRules, 'limits.thresholds.session');
  return problem === null ? null : invalid(problem);
}
