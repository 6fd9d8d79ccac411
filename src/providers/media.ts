import type { MediaPart, Part } from '../domain/messages.ts';
import type { ProviderFailure } from './provider.ts';
import { badRequest } from './failure.ts';

export function isMedia(part: Part): part is MediaPart {
  return part.type === 'image' || part.type === 'audio' || part.type === 'file';
}

/** A medium that a wire has no place for. Nothing has been sent. */
export function refuseMedia(provider: string, part: MediaPart, accepted: string): ProviderFailure {
  const form = part.url === undefined ? 'inline data' : 'a URL';
  return badRequest(`${provider} takes no ${part.type} of type ${part.mediaType} as ${form}; it takes ${accepted}`);
}

/** The address to fetch it from: its own, or a `data:` URL. */
export function mediaUrl(part: MediaPart): string {
  return part.url ?? `data:${part.mediaType};base64,${inlineData(part)}`;
}

/** Base64. */
export function inlineData(part: MediaPart): string {
  if (part.data === undefined) {
    throw badRequest(`An ${part.type} of type ${part.mediaType} reached the provider without url or data`);
  }
  return part.data;
}

/** The audio formats that OpenAI-like wires name. */
export function audioFormat(mediaType: string): 'wav' | 'mp3' | null {
  if (/^audio\/(?:x-|vnd\.)?wave?$/.test(mediaType)) return 'wav';
  return /^audio\/(?:mpeg|mp3)$/.test(mediaType) ? 'mp3' : null;
}

/** A name for a file that has none: OpenAI wants one. */
export function fileName(mediaType: string): string {
  return `file.${mediaType.replace(/^.*[/.+]/, '').replace(/;.*$/, '') || 'bin'}`;
}
