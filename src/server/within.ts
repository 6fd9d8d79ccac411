/** What a promise brings within that time (milliseconds); `null`: it was not there in time, or the signal aborted first. */
export async function within<T>(ms: number, promise: PromiseLike<T>, signal?: AbortSignal): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  let abort = (): void => undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
    abort = () => resolve(null);
    if (signal?.aborted === true) return resolve(null);
    signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
