import { ToolError } from '../../config/tool-error.ts';

interface Body {
  readonly body: AsyncIterable<Uint8Array> | null;
}

/**
 * The bytes of an answer, unpacked; reading stops at the limit, whatever the answer says of its length.
 *
 * @throws ToolError when there are more.
 */
export async function readBody({ body }: Body, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new ToolError(`the answer is longer than the limit of ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
