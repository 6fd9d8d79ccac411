import { halfCharacterAt } from '../half-characters.ts';
import { imageTypeOf, isPaddedBase64 } from '../media.ts';
import { isRecord, stringOf } from '../prompt.ts';
import type { JsonRecord } from '../prompt.ts';
import { invalid, unreadable, wrongType, wrongValue } from './openai.ts';

const namePattern = /^[a-zA-Z0-9_-]+$/;
const longestName = 64;
const supportedImages = "['png', 'jpeg', 'gif', 'webp']";

/** A tool's name, offered or called. */
export function checkToolName(name: unknown, place: string): void {
  if (typeof name !== 'string') throw wrongType(place, 'a string', name);
  if (name.length > longestName) {
    const words = `Invalid '${place}': string too long. Expected a string with maximum length ${longestName}, but got a string with length ${name.length} instead.`;
    throw invalid(words, place, 'string_above_max_length');
  }
  if (namePattern.test(name)) return;
  const words = `Invalid '${place}': string does not match pattern. Expected a string that matches the pattern '${namePattern.source}'.`;
  throw invalid(words, place, 'invalid_value');
}

/** @param places where each function stands, e.g. `tools[0].function`. */
export function checkFunctions(functions: readonly JsonRecord[], places: (at: number) => string): void {
  for (const [at, { name, parameters }] of functions.entries()) {
    checkToolName(name, `${places(at)}.name`);
    if (!isRecord(parameters) || parameters.type === 'object') continue;
    const words = `Invalid schema for function '${stringOf(name)}': schema must be a JSON Schema of 'type: "object"', got 'type: "${String(parameters.type)}"'.`;
    throw invalid(words, `${places(at)}.parameters`, 'invalid_function_parameters');
  }
}

export function checkArguments(value: unknown, place: string): void {
  if (typeof value !== 'string') throw wrongType(place, 'a string', value);
}

function checkImage(url: unknown, place: string): void {
  const [, type, data] = /^data:([^;,]*);base64,(.*)$/s.exec(stringOf(url)) ?? [];
  if (data === undefined || type === undefined) {
    if (/^https?:\/\//.test(stringOf(url))) return;
    const words = `Invalid '${place}'. Expected a valid URL, but got a value with an invalid format.`;
    throw invalid(words, place, 'invalid_value');
  }
  if (!/^image\/(png|jpeg|gif|webp)$/.test(type)) {
    const words = `Invalid MIME type. Only image types are supported.`;
    throw invalid(words, null, 'invalid_image_format');
  }
  if (isPaddedBase64(data) && imageTypeOf(data) !== null) return;
  const words = `You uploaded an unsupported image. Please make sure your image has of one the following formats: ${supportedImages}.`;
  throw invalid(words, null, 'invalid_image_format');
}

/** A part with a medium in it, of either wire. */
export function checkMedium(part: JsonRecord, place: string): void {
  const type = stringOf(part.type);
  if (type === 'image_url' || type === 'input_image') {
    if (typeof part.file_id === 'string') return;
    checkImage(isRecord(part.image_url) ? part.image_url.url : part.image_url, `${place}.image_url`);
  }
  if (type === 'input_audio') {
    const audio = isRecord(part.input_audio) ? part.input_audio : {};
    const formats = ['wav', 'mp3'];
    if (!formats.includes(stringOf(audio.format))) {
      throw wrongValue(`${place}.input_audio.format`, audio.format, formats);
    }
    if (!isPaddedBase64(stringOf(audio.data))) {
      throw invalid(`The data provided for 'input_audio' is not valid base64.`, `${place}.input_audio.data`);
    }
  }
  if (type !== 'file' && type !== 'input_file') return;
  const file = isRecord(part.file) ? part.file : part;
  if (file.file_data === undefined) return;
  const [, data] = /^data:[^;,]+;base64,(.*)$/s.exec(stringOf(file.file_data)) ?? [];
  if (data !== undefined && isPaddedBase64(data)) return;
  const words = `Invalid '${place}.file_data': expected a base64-encoded data URL with a MIME type (e.g. 'data:application/pdf;base64,aW1nIGJ5dGVzIGhlcmU='), but got a value without the 'data:' prefix.`;
  throw invalid(words, `${place}.file_data`, 'invalid_value');
}

/** Half a surrogate pair is no JSON to OpenAI's parser. */
export function checkCharacters(body: JsonRecord): void {
  if (halfCharacterAt(body) >= 0) throw unreadable();
}
