/** What one check found. */
export interface Finding {
  /** A stable name, for scripts. */
  readonly check: string;
  readonly ok: boolean;
  /** One line. */
  readonly message: string;
  /** Mends it when it is run as it stands; `null` where no command can. */
  readonly command: string | null;
}

export function fine(check: string, message: string): Finding {
  return { check, ok: true, message, command: null };
}

export function fault(check: string, message: string, command: string | null): Finding {
  return { check, ok: false, message: message.replaceAll(/\s*\n\s*/g, ' '), command };
}

/** An error's words, in one line. */
export function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
}
