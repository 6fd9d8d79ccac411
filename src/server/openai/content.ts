import type { MediaPart, UserPart } from '../../domain/messages.ts';
import { OpenAiError } from './errors.ts';

/** Media types of names that URLs and files end in; what a URL leaves open is taken for the commonest. */
const byEnding: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
};

const audioTypes: Readonly<Record<string, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' };

export function imagePart(url: string, param: string): MediaPart {
  return partOf('image', url, byEnding[endingOf(url)] ?? 'image/jpeg', param);
}

export function audioPart({ data, format }: { readonly data: string; readonly format: string }): MediaPart {
  return { type: 'audio', data, mediaType: audioTypes[format] ?? `audio/${format}` };
}

/** A file by its data (base64, or a data URL) or by its URL. OpenAI's own files, by id, are not here. */
export function filePart(
  file: {
    readonly file_data?: string | null | undefined;
    readonly file_url?: string | null | undefined;
    readonly filename?: string | null | undefined;
  },
  param: string,
): MediaPart {
  const source = file.file_data ?? file.file_url;
  if (source == null) {
    throw new OpenAiError(400, `${param} needs file_data or file_url: there are no uploaded files here`, { param });
  }
  const mediaType = byEnding[endingOf(file.filename ?? source)] ?? 'application/pdf';
  return file.file_data == null || source.startsWith('data:')
    ? partOf('file', source, mediaType, param)
    : { type: 'file', data: source, mediaType };
}

function partOf(type: MediaPart['type'], url: string, mediaType: string, param: string): MediaPart {
  if (!url.startsWith('data:')) {
    if (/^https?:\/\//i.test(url)) return { type, url, mediaType };
    throw new OpenAiError(400, `${param} must be an http(s) URL or a data: URL with base64`, { param });
  }
  const inline = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w.+=-]+)*;base64,(.+)$/s.exec(url);
  if (inline === null) throw new OpenAiError(400, `${param} is no data: URL with a media type and base64`, { param });
  return { type, data: inline[2] ?? '', mediaType: inline[1] ?? mediaType };
}

function endingOf(name: string): string {
  const path = name.startsWith('data:') ? '' : name.replace(/[?#].*$/s, '');
  return /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
}

export function textPart(text: string): UserPart {
  return { type: 'text', text };
}
