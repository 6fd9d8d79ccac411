import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';
import { MediaOutput } from '../../config/media-output.ts';
import { ToolError } from '../../config/tool-error.ts';
import type { MediaPart } from '../../domain/messages.ts';
import type { ResolvedServer } from './resolve-server.ts';
import { isReadableImage } from './readable-image.ts';

/** Images in one result that go to the model; more are only named. */
const mostImages = 8;

/**
 * A server's result for the model: its texts, the images that providers take, and a word on everything else. Structured
 * content stands for itself where there is no text; servers give both alike.
 *
 * @throws ToolError with the server's words when it says that the call failed.
 */
export function outputOf({ content, structuredContent, isError }: CallToolResult, server: ResolvedServer): unknown {
  const { secrets } = server;
  const media: MediaPart[] = [];
  const lines = content.map((block) => {
    const image = server.images && media.length < mostImages ? imageOf(block) : null;
    if (image !== null) media.push(image);
    return lineOf(block, image === null ? null : media.length);
  });
  const text = secrets.hideKeys(lines.join('\n'));
  if (isError === true) throw new ToolError(text || 'the server gives no reason');
  if (media.length > 0) return new MediaOutput(text, media);
  if (text !== '' || structuredContent === undefined) return text;
  return JSON.parse(secrets.hideKeys(JSON.stringify(structuredContent))) as unknown;
}

function imageOf(block: ContentBlock): MediaPart | null {
  if (block.type !== 'image') return null;
  const { data, mimeType } = block;
  return isReadableImage(data, mimeType) ? { type: 'image', data, mediaType: mimeType } : null;
}

const bytesOf = (base64: string): number => Math.floor((base64.length * 3) / 4);

function lineOf(block: ContentBlock, image: number | null): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'image':
    case 'audio':
      return `[${block.type}${image === null ? '' : ` ${image}`}: ${block.mimeType}, ${bytesOf(block.data)} bytes]`;
    case 'resource_link':
      return `[${block.name}: ${block.uri}${block.description === undefined ? '' : `, ${block.description}`}]`;
    case 'resource': {
      const { resource } = block;
      if ('text' in resource) return `${resource.uri}:\n${resource.text}`;
      return `[${resource.uri}: ${resource.mimeType ?? 'binary'}, ${bytesOf(resource.blob)} bytes]`;
    }
  }
}
