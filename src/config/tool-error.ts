/**
 * What a tool throws when trying again can't help: the model is told at once, and no further attempt is made, whatever
 * `retry` and `idempotent` say.
 *
 * @example
 * if (order === undefined) throw new ToolError(`There is no order ${id}`);
 */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
