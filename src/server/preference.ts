import type { ServerContext } from './server-env.ts';

const usualWaitSeconds = 60;
const longestWaitSeconds = 240;

export interface Preference {
  /** How long the answer may keep the client waiting. */
  readonly waitMs: number;
  /** `Prefer: respond-async`: not at all. */
  readonly async: boolean;
}

/** What the header `Prefer` (RFC 7240) asks for; what is taken up is told in `Preference-Applied`. */
export function preferenceOf(context: ServerContext): Preference {
  const asked = (context.req.header('prefer') ?? '').split(',').map((one) => one.trim().toLowerCase());
  if (asked.includes('respond-async')) {
    context.header('Preference-Applied', 'respond-async');
    return { waitMs: 0, async: true };
  }
  const seconds = asked.flatMap((one) => /^wait\s*=\s*"?(\d{1,6})"?$/.exec(one)?.[1] ?? [])[0];
  if (seconds === undefined) return { waitMs: usualWaitSeconds * 1000, async: false };
  const wait = Math.min(Number(seconds), longestWaitSeconds);
  context.header('Preference-Applied', `wait=${wait}`);
  return { waitMs: wait * 1000, async: false };
}
