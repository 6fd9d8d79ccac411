import { messageProblem, maxMessageBytes, partsProblem } from '../domain/admission.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { UserPart } from '../domain/messages.ts';
import type { RunFrame, RunRequest } from '../domain/run.ts';
import type { BlobStore } from '../store/store.ts';
import type { SendOptions } from './api.ts';

/** Inline media goes to the store now: base64 has no place in workflow history. */
export async function storeInline(
  store: Pick<BlobStore, 'putBlob'>,
  parts: readonly UserPart[],
): Promise<readonly UserPart[]> {
  return await Promise.all(
    parts.map(async (part) => {
      if (part.type === 'text' || part.data === undefined) return part;
      const { data, ...rest } = part;
      return { ...rest, storedAs: await store.putBlob(Buffer.from(data, 'base64'), part.mediaType) };
    }),
  );
}

/** What a message asks of its run, with all that may be long in the store; `null`: nothing. */
export async function requestOf(
  store: Pick<BlobStore, 'putBlob'>,
  { instructions = '', output, earlier = [], maxOutputTokens }: SendOptions,
): Promise<RunRequest | null> {
  refuse(maxOutputTokens, earlier);
  const frame: RunFrame = {
    ...(instructions.trim() === '' ? {} : { instructions }),
    ...(output === undefined ? {} : { output }),
    ...(earlier.length === 0 ? {} : { earlier: await storeEarlier(store, earlier) }),
  };
  const isFramed = Object.keys(frame).length > 0;
  if (!isFramed && maxOutputTokens === undefined) return null;
  const storedAs = isFramed ? await store.putBlob(Buffer.from(JSON.stringify(frame)), 'application/json') : undefined;
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(storedAs === undefined ? {} : { storedAs }),
  };
}

async function storeEarlier(
  store: Pick<BlobStore, 'putBlob'>,
  earlier: NonNullable<SendOptions['earlier']>,
): Promise<NonNullable<RunFrame['earlier']>> {
  return await Promise.all(earlier.map(async ({ role, parts }) => ({ role, parts: await storeInline(store, parts) })));
}

/** What no run would take is refused before a byte of it is stored. */
function refuse(maxOutputTokens: number | undefined, earlier: NonNullable<SendOptions['earlier']>): void {
  const asked = { text: 'x', run: maxOutputTokens === undefined ? {} : { maxOutputTokens } };
  const [problem = null] = [
    messageProblem(asked, { messageBytes: maxMessageBytes }),
    ...earlier.map(({ parts }) => partsProblem(parts)),
  ].filter((one) => one !== null);
  if (problem !== null) throw new LoadlineError(problem.code, problem.message, problem.details);
}
