/** The page of one session. */
export function sessionLink(sessionId: string): string {
  return `/sessions/${encodeURIComponent(sessionId)}`;
}
