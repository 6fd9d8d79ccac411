import type { ServerResponse } from 'node:http';
import type { Behaviour } from './behaviour.ts';
import { countWritten, stepsOf } from './reply.ts';
import type { Step } from './reply.ts';
import type { BilledInput } from './prompt-cache.ts';
import type { Settings } from './settings.ts';
import type { Billed } from './tally.ts';
import { countTokens } from './tokens.ts';
import type { Exchange, Wire } from './wires/wire.ts';

/** Ends a wait early when the client leaves. */
export interface Client {
  readonly isGone: boolean;
  /** Resolves after the time or when the client leaves, whichever comes first. */
  wait(ms: number): Promise<void>;
  gone(): Promise<void>;
}

export interface Generation {
  readonly exchange: Exchange;
  readonly wire: Wire;
  readonly behaviour: Behaviour;
  readonly settings: Settings;
  readonly input: BilledInput;
  readonly client: Client;
}

export interface Generated {
  readonly end: 'completed' | 'dropped' | 'aborted';
  readonly billed: Billed;
}

interface Meter {
  readonly steps: readonly Step[];
  /** The bill after so many steps; the numbers that a script sets hold for the whole answer. */
  readonly billAfter: (count: number) => Billed;
}

function meterOf({ exchange, wire, behaviour, input }: Generation): Meter {
  const steps = stepsOf(exchange.reply);
  const { output, reasoning, audioOutput, ...inputSet } = behaviour.usage ?? {};
  const set = (count: number): Partial<Billed> =>
    Object.fromEntries(
      Object.entries(count < steps.length ? inputSet : { ...inputSet, output, reasoning, audioOutput }).filter(
        ([, tokens]) => tokens !== undefined,
      ),
    );
  return {
    steps,
    billAfter: (count) =>
      wire.classes({ ...input, ...countWritten(exchange.reply, steps, count), audioOutput: 0, ...set(count) }),
  };
}

/** The step at which a scripted fault strikes, if one does. */
function faultAt({ dropAfterChunks, errorAfterChunks, hangAfterChunks }: Behaviour): number {
  return Math.min(
    dropAfterChunks ?? Number.POSITIVE_INFINITY,
    errorAfterChunks ?? Number.POSITIVE_INFINITY,
    hangAfterChunks ?? Number.POSITIVE_INFINITY,
  );
}

/** When each step is due, in milliseconds after the first; `null`: all at once. */
function paceOf({ behaviour, settings }: Generation): ((step: Step) => number) | null {
  const tokensPerSecond = behaviour.tokensPerSecond ?? settings.tokensPerSecond;
  return tokensPerSecond === null ? null : ({ delta }) => (countTokens(delta) * 1_000) / tokensPerSecond;
}

/**
 * Writes the steps up to `until` at the model's pace.
 *
 * @returns how many were written before the client left, if it did.
 */
async function writeSteps(
  generation: Generation,
  steps: readonly Step[],
  write: (from: number, to: number) => void,
): Promise<number> {
  const { client, behaviour, settings } = generation;
  await client.wait(behaviour.firstTokenMs ?? settings.firstTokenMs);
  const pace = paceOf(generation);
  if (client.isGone) return 0;
  if (pace === null) {
    write(0, steps.length);
    return steps.length;
  }
  const start = performance.now();
  let due = 0;
  let written = 0;
  while (written < steps.length) {
    const from = written;
    while (written < steps.length && start + due <= performance.now()) {
      const step = steps[written];
      written += 1;
      due += step === undefined ? 0 : pace(step);
    }
    write(from, written);
    await client.wait(start + due - performance.now());
    if (client.isGone) return written;
  }
  return written;
}

async function strike(
  generation: Generation,
  response: ServerResponse,
  error: () => string,
): Promise<'dropped' | 'aborted'> {
  const { behaviour, client } = generation;
  if (behaviour.hangAfterChunks === faultAt(behaviour)) {
    await client.gone();
    return 'aborted';
  }
  if (behaviour.errorAfterChunks === faultAt(behaviour)) {
    response.end(error());
    return 'dropped';
  }
  // What was written goes out before the socket dies.
  await new Promise((resolve) => setImmediate(resolve));
  response.destroy();
  return 'dropped';
}

async function generateStream(generation: Generation, meter: Meter, response: ServerResponse): Promise<Generated> {
  const { exchange, wire, behaviour, client } = generation;
  const { steps, billAfter } = meter;
  const writer = wire.writer(exchange, behaviour.noUsage ? null : billAfter(0));
  const until = Math.min(steps.length, faultAt(behaviour));
  const usageAfter = (count: number): Billed | null => (behaviour.cumulativeUsage ? billAfter(count) : null);
  response.writeHead(200, {
    'content-type': wire.streamType,
    'cache-control': 'no-cache',
    ...wire.responseHeaders(exchange.id),
  });
  response.flushHeaders();
  const opening = writer.open();
  if (opening !== '') response.write(opening);
  const written = await writeSteps(generation, steps.slice(0, until), (from, to) => {
    let text = '';
    for (const [at, { block, delta }] of steps.slice(from, to).entries()) {
      text += writer.step(block, delta, usageAfter(from + at + 1));
    }
    if (text !== '') response.write(text);
  });
  const billed = billAfter(written);
  if (client.isGone) return { end: 'aborted', billed };
  if (faultAt(behaviour) !== Number.POSITIVE_INFINITY) {
    const refusal = wire.failure(
      wire.name === 'anthropic' ? 529 : 500,
      behaviour.message,
      behaviour.code,
      exchange.prompt.model,
    );
    return { end: await strike(generation, response, () => writer.error(refusal)), billed };
  }
  response.end(writer.end(behaviour.noUsage ? null : billed));
  return { end: 'completed', billed };
}

async function generateWhole(generation: Generation, meter: Meter, response: ServerResponse): Promise<Generated> {
  const { exchange, wire, behaviour, client } = generation;
  const { steps, billAfter } = meter;
  const until = Math.min(steps.length, faultAt(behaviour));
  const written = await writeSteps(generation, steps.slice(0, until), () => undefined);
  const billed = billAfter(written);
  if (client.isGone) return { end: 'aborted', billed };
  if (faultAt(behaviour) !== Number.POSITIVE_INFINITY) {
    return { end: await strike(generation, response, () => ''), billed };
  }
  response.writeHead(200, { 'content-type': 'application/json', ...wire.responseHeaders(exchange.id) });
  response.end(JSON.stringify(wire.whole(exchange, behaviour.noUsage ? null : billed)));
  return { end: 'completed', billed };
}

/**
 * Sends an answer, as a stream or as one JSON document when it is all there.
 *
 * @returns how it ended, and the bill of what was written until then.
 */
export async function generate(generation: Generation, response: ServerResponse): Promise<Generated> {
  const meter = meterOf(generation);
  if (generation.behaviour.hang) {
    await generation.client.gone();
    return { end: 'aborted', billed: meter.billAfter(0) };
  }
  const { stream } = generation.exchange.prompt;
  return stream ? generateStream(generation, meter, response) : generateWhole(generation, meter, response);
}
