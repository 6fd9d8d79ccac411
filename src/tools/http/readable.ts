import { ToolError } from '../../config/tool-error.ts';
import { htmlText } from './html-text.ts';

const textTypes = /^text\/|[/+](json|xml|yaml|x-yaml|javascript|ecmascript|csv|x-ndjson|x-www-form-urlencoded)$/;

export interface Readable {
  readonly title?: string;
  readonly text?: string;
  /** In place of `text`, where the answer is JSON. */
  readonly json?: unknown;
}

function decoded(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Pages may name their encoding in their first kilobyte only. */
function charsetOf(contentType: string, bytes: Buffer): string {
  const pattern = /charset\s*=\s*["']?([\w.:-]+)/i;
  const named = pattern.exec(contentType) ?? pattern.exec(bytes.subarray(0, 1024).toString('latin1'));
  return named?.[1] ?? 'utf-8';
}

/**
 * What a model can read of an answer.
 *
 * @throws ToolError where it is no text.
 */
export function readableOf(bytes: Buffer, contentType: string, url: string): Readable {
  const [written = ''] = contentType.split(';');
  const mediaType = written.trim().toLowerCase();
  if (bytes.length === 0) return { text: '' };
  if (mediaType === '' ? bytes.includes(0) : !textTypes.test(mediaType)) {
    throw new ToolError(`${url} is ${mediaType || 'binary'} (${bytes.length} bytes), which can't be read as text`);
  }
  const isHtml = mediaType === 'text/html' || mediaType === 'application/xhtml+xml';
  const text = decoded(bytes, isHtml ? charsetOf(contentType, bytes) : charsetOf(contentType, Buffer.alloc(0)));
  if (isHtml) {
    const { title, text: read } = htmlText(text, url);
    return { ...(title === '' ? {} : { title }), text: read };
  }
  if (!/[/+]json$/.test(mediaType)) return { text };
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return { text };
  }
}
