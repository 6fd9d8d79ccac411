/**
 * A request that is not served, in the provider's words. Nothing is billed; the wire puts it in its own error body.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly type: string | null;
  readonly code: string | null;
  readonly param: string | null;

  constructor(
    status: number,
    message: string,
    facts: { readonly type?: string | null; readonly code?: string | null; readonly param?: string | null } = {},
  ) {
    super(message);
    this.status = status;
    this.type = facts.type ?? null;
    this.code = facts.code ?? null;
    this.param = facts.param ?? null;
  }
}
