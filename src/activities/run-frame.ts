import { createHash } from 'node:crypto';
import { compileOutput, type ResolvedAgent } from '../config/index.ts';
import { partsProblem } from '../domain/admission.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { RunFrame } from '../domain/run.ts';
import type { CallInput } from '../domain/steps.ts';
import { estimateMessage } from '../models/index.ts';
import type { BlobStore, NewMessage } from '../store/store.ts';
import { storeMedia } from './media.ts';

/** What the run's sender asked of it; `null`: nothing that may be long. */
export async function readFrame(store: BlobStore, storedAs: string | undefined): Promise<RunFrame | null> {
  if (storedAs === undefined) return null;
  const blob = await store.blob(storedAs);
  if (blob === null) {
    throw new LoadlineError('InvalidMessage', `What run.storedAs ${storedAs} names is not in the store. Send it again`);
  }
  const frame = parsed(Buffer.from(blob.bytes).toString('utf8'));
  if (isFrame(frame)) return frame;
  throw new LoadlineError('InvalidMessage', `What run.storedAs ${storedAs} names is no frame of a run`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Any Temporal client may name a blob. */
function isFrame(value: unknown): value is RunFrame {
  if (typeof value !== 'object' || value === null) return false;
  const { instructions = '', output = {}, earlier = [] } = value as Partial<Record<keyof RunFrame, unknown>>;
  return (
    typeof instructions === 'string' &&
    typeof output === 'object' &&
    output !== null &&
    Array.isArray(earlier) &&
    earlier.every(
      ({ role, parts }: { role?: unknown; parts?: unknown }) =>
        (role === 'user' || role === 'assistant') && partsProblem(parts) === null,
    )
  );
}

/** The agent as it answers this run. Its hash stays: the definition in force is the config's. */
export function withFrame(
  agent: ResolvedAgent,
  frame: RunFrame | null,
  { maxOutputTokens, run: { member } }: CallInput,
): ResolvedAgent {
  const { spec } = agent;
  const limits = { ...spec.limits, maxOutputTokens };
  if (frame === null || member !== undefined) return { ...agent, spec: { ...spec, limits } };
  const { instructions = '', output } = frame;
  const both = [spec.instructions, instructions].filter((text) => text !== '').join('\n\n');
  const framed = { ...spec, limits, instructions: both };
  if (output !== undefined && spec.team?.mode === 'route') {
    throw new LoadlineError(
      'InvalidMessage',
      `In ${spec.name}, a route, a member answers in the team's place: no schema of the answer can be asked for`,
    );
  }
  return { ...agent, spec: framed, ...(output === undefined ? {} : withOutput(framed, output)) };
}

/** Compiling a schema takes milliseconds, and a run may have many calls. */
const mostCompiled = 64;
const compiled = new Map<string, ReturnType<typeof compileOutput>>();

function withOutput(
  spec: ResolvedAgent['spec'],
  schema: NonNullable<RunFrame['output']>,
): Pick<ResolvedAgent, 'spec' | 'parseOutput'> {
  const key = createHash('sha256').update(JSON.stringify(schema)).digest('base64url');
  const known = compiled.get(key) ?? compileOutput(schema);
  compiled.delete(key);
  compiled.set(key, known);
  for (const oldest of compiled.keys()) {
    if (compiled.size <= mostCompiled) break;
    compiled.delete(oldest);
  }
  return { spec: { ...spec, output: known.output }, parseOutput: known.parseOutput };
}

/** What was said before the run's message, to be stored with it. */
export async function earlierMessages(
  store: BlobStore,
  runId: string,
  createdAt: string,
  frame: RunFrame | null,
): Promise<readonly NewMessage[]> {
  return await Promise.all(
    (frame?.earlier ?? []).map(async ({ role, parts }, index) => ({
      id: `${runId}.earlier.${index + 1}`,
      runId,
      role,
      parts: await storeMedia(parts, store),
      createdAt,
      tokens: estimateMessage(parts),
    })),
  );
}
