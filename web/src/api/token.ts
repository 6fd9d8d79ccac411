const key = 'loadline.token';
const listeners = new Set<() => void>();
let refused = false;

/** The bearer token of this tab; gone when it is closed. */
export function readToken(): string | null {
  return sessionStorage.getItem(key);
}

export function setToken(token: string): void {
  sessionStorage.setItem(key, token);
  refused = false;
  notify();
}

/** The API answered 401: somebody has to be asked for a token. */
export function tokenRefused(): void {
  if (refused) return;
  refused = true;
  notify();
}

export function isTokenRefused(): boolean {
  return refused;
}

export function subscribeToToken(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}
