import type { MediaPart } from '../domain/messages.ts';

/** A tool's result that has more than text: images stand behind the text, for models that see. */
export class MediaOutput {
  readonly text: string;
  readonly media: readonly MediaPart[];

  constructor(text: string, media: readonly MediaPart[]) {
    this.text = text;
    this.media = media;
  }
}
