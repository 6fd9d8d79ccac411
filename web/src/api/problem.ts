/** An answer of the API that is no success: a problem document (RFC 9457), or that nothing answered at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** 0: no answer came. */
  readonly status: number;
  /** A word of CONTRACT's list such as `SessionClosed`; `Unreachable` when no answer came. */
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

interface ProblemDocument {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const document = (await response.json().catch(() => ({}))) as ProblemDocument;
  const message = document.detail ?? document.title ?? `The server answered ${response.status}`;
  return new ApiProblem(response.status, document.code ?? String(response.status), message, document.details);
}

export function unreachable(cause: unknown): ApiProblem {
  if (cause instanceof ApiProblem) return cause;
  return new ApiProblem(0, 'Unreachable', 'Loadline does not answer. Is it running?');
}

/** What to show of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
