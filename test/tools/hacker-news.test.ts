import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hackerNews } from '../../src/index.ts';
import { callTool } from '../support/call-tool.ts';
import { startHttpServer, type LocalServer } from '../support/http-server.ts';

const long = Array.from({ length: 60 }, (_, index) => index + 100);
/** In the shape of https://github.com/HackerNews/API. */
const stored: Readonly<Record<string, unknown>> = {
  '/v0/topstories.json': [1, 2, 3, ...long],
  '/v0/askstories.json': [3],
  '/v0/item/1.json': {
    id: 1,
    type: 'story',
    by: 'ann',
    time: 1_700_000_000,
    title: 'Show & tell',
    url: 'https://example.com/',
    score: 42,
    descendants: 3,
    kids: [11, 12, 13],
  },
  '/v0/item/2.json': { id: 2, type: 'story', deleted: true, time: 1_700_000_000 },
  '/v0/item/3.json': {
    id: 3,
    type: 'story',
    by: 'bob',
    title: 'Ask',
    text: 'Why?<p>Because <i>so</i> &amp; so',
    score: 1,
  },
  '/v0/item/11.json': {
    id: 11,
    type: 'comment',
    by: 'bob',
    parent: 1,
    text: 'It&#x27;s <a href="https://x.org">fine</a>',
    kids: [21],
  },
  '/v0/item/12.json': { id: 12, type: 'comment', parent: 1, deleted: true },
  '/v0/item/13.json': { id: 13, type: 'comment', by: 'eve', parent: 1, text: 'spam', dead: true },
  '/v0/user/ann.json': { id: 'ann', created: 1_600_000_000, karma: 7, about: 'hi<p>there', submitted: [1, 9] },
  '/v0/item/66.json': { id: 'not a number' },
  '/v0/item/67.json': `"${'x'.repeat(3_000_000)}"`,
};

let server: LocalServer;
const [stories, item, user] = [0, 1, 2].map(
  (index) => (input: unknown) => callTool(hackerNews({ baseURL: `${server.url}/v0/` })[index], input),
);

beforeAll(async () => {
  server = await startHttpServer((request, response) => {
    const found = stored[request.url ?? ''] ?? null;
    if (request.url === '/v0/item/68.json') return response.writeHead(503).end('down');
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(typeof found === 'string' ? found : JSON.stringify(found));
  });
});
afterAll(() => server.close());

describe('the tools of Hacker News', () => {
  it('list stories in their order, without deleted and missing ones, and read no more than asked for', async () => {
    const found = (await stories?.({ count: 4 })) as readonly { readonly id: number }[];
    expect(found.map(({ id }) => id)).toEqual([1, 3]);
    expect(found[0]).toEqual({
      id: 1,
      type: 'story',
      title: 'Show & tell',
      url: 'https://example.com/',
      by: 'ann',
      time: '2023-11-14T22:13:20.000Z',
      score: 42,
      comments: 3,
    });
    expect(server.asked.filter(({ url }) => url.startsWith('/v0/item/1'))).toHaveLength(2);
    expect(await stories?.({ list: 'ask' })).toMatchObject([{ id: 3, text: 'Why?\n\nBecause so & so' }]);
    await expect(stories?.({ count: 1000 })).rejects.toThrow(/count/);
    await expect(stories?.({ list: '../user/ann' })).rejects.toThrow(/list/);
  });

  it('show an item with the comments right below it, as text', async () => {
    expect(await item?.({ id: 1 })).toMatchObject({
      id: 1,
      commentsBelow: [{ id: 11, by: 'bob', replies: 1, text: "It's fine (https://x.org/)" }],
    });
    expect(await item?.({ id: 1, comments: 0 })).not.toHaveProperty('commentsBelow');
    await expect(item?.({ id: 404 })).rejects.toThrow(/no item 404/);
  });

  it('show a user', async () => {
    const shown = { name: 'ann', created: '2020-09-13T12:26:40.000Z', karma: 7, about: 'hi\n\nthere', submissions: 2 };
    expect(await user?.({ name: 'ann' })).toEqual({ ...shown, latest: [1, 9] });
    await expect(user?.({ name: 'nobody' })).rejects.toThrow(/no user nobody/);
    await expect(user?.({ name: '../item/1' })).rejects.toThrow(/no name of a user/);
  });

  it('throw when the server answers something else', async () => {
    await expect(item?.({ id: 66 })).rejects.toThrow(/id/);
    await expect(item?.({ id: 67 })).rejects.toThrow(/longer than the limit/);
    await expect(item?.({ id: 68 })).rejects.toThrow(/answered 503/);
  });
});
