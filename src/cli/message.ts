import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { MessageContent, Session } from '../client/api.ts';
import type { MediaPart } from '../domain/messages.ts';
import { UsageError } from './failure.ts';
import type { CommonOptions } from './place.ts';
import type { CliClient } from './with-client.ts';

export interface MessageOptions extends CommonOptions {
  readonly agent?: string;
  readonly messageId?: string;
  readonly image?: readonly string[];
  readonly audio?: readonly string[];
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The options of every command that sends a message. */
export function messageOptions(command: Command): Command {
  return command
    .option('--agent <name>', 'create the session with this agent if it is new; the id is taken as it is')
    .option('--message-id <id>', 'the same id again is answered once')
    .option('--image <file or URL>', 'an image to go with the text; may be repeated', collect)
    .option('--audio <file>', 'an audio clip to go with the text; may be repeated', collect);
}

/** The session to send to: with an agent one that may be new, without one that exists. */
export async function sessionFor(client: CliClient, id: string, options: MessageOptions): Promise<Session> {
  return options.agent === undefined ? await client.session(id) : client.api.session(options.agent, { id });
}

const mediaTypes: Readonly<Record<MediaPart['type'], Readonly<Record<string, string>>>> = {
  image: { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' },
  audio: {
    wav: 'audio/wav',
    mp3: 'audio/mpeg',
    m4a: 'audio/mp4',
    ogg: 'audio/ogg',
    flac: 'audio/flac',
    webm: 'audio/webm',
  },
  file: {},
};

function mediaTypeOf(type: MediaPart['type'], name: string): string | undefined {
  return mediaTypes[type][extname(name).slice(1).toLowerCase()];
}

async function mediaPart(type: 'image' | 'audio', source: string): Promise<MediaPart> {
  if (/^https?:\/\//.test(source) && URL.canParse(source)) {
    const mediaType = mediaTypeOf(type, new URL(source).pathname);
    // Providers fetch an image by its address and look at it themselves.
    return { type, url: source, mediaType: mediaType ?? (type === 'image' ? 'image/jpeg' : 'audio/wav') };
  }
  const mediaType = mediaTypeOf(type, source);
  if (mediaType === undefined) {
    const known = Object.keys(mediaTypes[type]).join(', ');
    throw new UsageError(`--${type} ${source}: the name must end in one of ${known}`);
  }
  try {
    return { type, data: (await readFile(source)).toString('base64'), mediaType };
  } catch (error) {
    throw new UsageError(`--${type} ${source}: ${(error as Error).message}`);
  }
}

/** The text, with what goes with it. */
export async function messageContent(text: string, options: MessageOptions): Promise<MessageContent> {
  const said = text === '-' ? (await readAll(process.stdin)).trimEnd() : text;
  const media = await Promise.all([
    ...(options.image ?? []).map((source) => mediaPart('image', source)),
    ...(options.audio ?? []).map((source) => mediaPart('audio', source)),
  ]);
  if (media.length === 0) return said;
  return said === '' ? media : [{ type: 'text', text: said }, ...media];
}
