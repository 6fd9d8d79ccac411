import { fetch } from 'undici';
import { z } from 'zod';
import { defineTool, type AnyTool } from '../config/tool.ts';
import { ToolError } from '../config/tool-error.ts';
import { htmlText } from './http/html-text.ts';
import { readBody } from './http/read-body.ts';

export interface HackerNewsOptions {
  /** Of an API of the same shape; `https://hacker-news.firebaseio.com/v0`. */
  readonly baseURL?: string;
}

const defaultBaseURL = 'https://hacker-news.firebaseio.com/v0';
const maxBytes = 2_000_000;
const requestMs = 15_000;
const mostStories = 30;
const mostComments = 30;
const lists = ['top', 'new', 'best', 'ask', 'show', 'job'] as const;

/** https://github.com/HackerNews/API; what is deleted has nothing but its id. */
const item = z.object({
  id: z.int(),
  type: z.string().optional(),
  by: z.string().optional(),
  time: z.number().optional(),
  title: z.string().optional(),
  url: z.string().optional(),
  text: z.string().optional(),
  score: z.number().optional(),
  descendants: z.number().optional(),
  parent: z.int().optional(),
  kids: z.array(z.int()).optional(),
  deleted: z.boolean().optional(),
  dead: z.boolean().optional(),
});
type Item = z.infer<typeof item>;

const user = z.object({
  id: z.string(),
  created: z.number(),
  karma: z.number(),
  about: z.string().optional(),
  submitted: z.array(z.int()).optional(),
});

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();
const textOf = (html: string): string => htmlText(html, null).text;

/** What is there of an item, in a reader's words. */
function shown({ id, type, by, time, title, url, text, score, descendants, parent, kids }: Item) {
  const fields = {
    id,
    type,
    title,
    url,
    by,
    time: time === undefined ? undefined : isoTime(time),
    score,
    comments: descendants,
    replies: type === 'comment' ? (kids?.length ?? 0) : undefined,
    parent,
    text: text === undefined ? undefined : textOf(text),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/**
 * Tools that read Hacker News: `hn_stories` (its front page and other lists), `hn_item` (a story or comment with the
 * comments below it) and `hn_user`.
 *
 * @example
 * defineAgent({ name: 'reader', tools: [...hackerNews()] });
 */
export function hackerNews({ baseURL = defaultBaseURL }: HackerNewsOptions = {}): readonly AnyTool[] {
  const base = baseURL.replace(/\/$/, '');

  /** @throws Error when it can't be read; the API answers `null` for what it does not have. */
  async function read<T>(path: string, shape: z.ZodType<T>, abortSignal: AbortSignal): Promise<T | null> {
    const signal = AbortSignal.any([abortSignal, AbortSignal.timeout(requestMs)]);
    const response = await fetch(`${base}/${path}.json`, { signal });
    const bytes = await readBody(response, maxBytes);
    if (!response.ok) throw new Error(`Hacker News answered ${response.status}`);
    return shape.nullable().parse(JSON.parse(bytes.toString('utf8')));
  }

  async function readItems(ids: readonly number[], signal: AbortSignal): Promise<Item[]> {
    const found = await Promise.all(ids.map((id) => read(`item/${id}`, item, signal)));
    return found.filter((one) => one !== null && one.deleted !== true && one.dead !== true) as Item[];
  }

  const stories = defineTool({
    name: 'hn_stories',
    description: 'Stories of Hacker News, the first ones of a list: title, address, points, number of comments, id.',
    inputSchema: z.object({
      list: z.enum(lists).default('top'),
      count: z.int().min(1).max(mostStories).default(10),
    }),
    idempotent: true,
    retry: { maximumAttempts: 2 },
    timeout: '30s',
    async execute({ list, count }, { abortSignal }) {
      const ids = await read(`${list}stories`, z.array(z.int()), abortSignal);
      return (await readItems((ids ?? []).slice(0, count), abortSignal)).map(shown);
    },
  });

  const single = defineTool({
    name: 'hn_item',
    description: 'A story, comment, job or poll of Hacker News by its id, with the first comments right below it.',
    inputSchema: z.object({
      id: z.int().min(1),
      comments: z.int().min(0).max(mostComments).default(10),
    }),
    idempotent: true,
    retry: { maximumAttempts: 2 },
    timeout: '30s',
    async execute({ id, comments }, { abortSignal }) {
      const found = await read(`item/${id}`, item, abortSignal);
      if (found === null) throw new ToolError(`Hacker News has no item ${id}`);
      const below = await readItems((found.kids ?? []).slice(0, comments), abortSignal);
      return { ...shown(found), ...(below.length === 0 ? {} : { commentsBelow: below.map(shown) }) };
    },
  });

  const person = defineTool({
    name: 'hn_user',
    description: 'A user of Hacker News by name: karma, since when, what they say about themselves, latest item ids.',
    inputSchema: z.object({ name: z.string().regex(/^[\w-]{1,40}$/, 'is no name of a user') }),
    idempotent: true,
    retry: { maximumAttempts: 2 },
    timeout: '30s',
    async execute({ name }, { abortSignal }) {
      const found = await read(`user/${name}`, user, abortSignal);
      if (found === null) throw new ToolError(`Hacker News has no user ${name}; names tell capital letters from small`);
      const { id, created, karma, about, submitted = [] } = found;
      return {
        name: id,
        created: isoTime(created),
        karma,
        ...(about === undefined ? {} : { about: textOf(about) }),
        submissions: submitted.length,
        latest: submitted.slice(0, 10),
      };
    },
  });

  return [stories, single, person];
}
