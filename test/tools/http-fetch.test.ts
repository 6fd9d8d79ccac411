import type { LookupFunction } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { httpFetch } from '../../src/index.ts';
import { fetchTool } from '../../src/tools/http/fetch-tool.ts';
import { callTool } from '../support/call-tool.ts';
import { startHttpServer, type LocalServer } from '../support/http-server.ts';

type Answer = Parameters<typeof startHttpServer>[0];

const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(answer: Answer, address?: string): Promise<LocalServer> {
  const server = await startHttpServer(answer, address);
  servers.push(server);
  return server;
}

const says =
  (body: string | Buffer, type = 'text/plain', headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-type': type, ...headers }).end(body);
  };
const leadsTo =
  (location: string, status = 302): Answer =>
  (_, response) => {
    response.writeHead(status, { location }).end('elsewhere');
  };

const local = ['127.0.0.1'];
const read = (options: Parameters<typeof httpFetch>[0], url: string, signal?: AbortSignal) =>
  callTool(httpFetch(options), { url }, signal);
const readLocal = (server: LocalServer, more: Partial<Parameters<typeof httpFetch>[0]> = {}) =>
  read({ hosts: [`127.0.0.1:${server.port}`], allowAddresses: local, ...more }, `${server.url}/page`);

describe('http_fetch', () => {
  it('reads a page as a person does: title, headings, lists, tables and links, no scripts', async () => {
    const page = `<!doctype html><html><head><title>The  caf\u00e9 &amp; more</title><style>p{}</style></head><body>
      <nav><a href="/home">Home</a></nav><h1>Menu</h1><p>Fresh&nbsp;<b>bread</b>,
      and&#39;s <a href="https://example.com/x?a=1&amp;b=2">tea</a>.</p><script>alert("no")</script>
      <ul><li>one<li>two</ul><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>
      <pre>a\n  b</pre><a href="javascript:alert(1)">never</a></body></html>`;
    const server = await serve(says(Buffer.from(page, 'latin1'), 'text/html; charset=iso-8859-1'));
    const got = (await readLocal(server)) as { readonly title: string; readonly text: string };
    expect(got).toMatchObject({ url: `${server.url}/page`, status: 200, title: 'The café & more' });
    expect(got.text).toBe(
      `Home (${server.url}/home)\n\n# Menu\n\nFresh bread, and's tea (https://example.com/x?a=1&b=2).\n\n- one\n- two\n\nA | B\n1 | 2\n\na\n  b\n\nnever`,
    );
  });

  it('gives JSON as JSON, text as text, and tells the status of what failed', async () => {
    const json = await serve(says('{"a":[1,2]}', 'application/problem+json'));
    expect(await readLocal(json)).toMatchObject({ status: 200, json: { a: [1, 2] } });
    const text = await serve(says('a < b'));
    expect(await readLocal(text)).toMatchObject({ text: 'a < b' });
    const missing = await serve((_, response) => response.writeHead(404, { 'content-type': 'text/plain' }).end('gone'));
    expect(await readLocal(missing)).toMatchObject({ status: 404, text: 'gone' });
    const image = await serve(says(Buffer.from([137, 80, 78, 71]), 'image/png'));
    await expect(readLocal(image)).rejects.toThrow(/image\/png \(4 bytes\).*can't be read/);
  });

  it('asks no host that is not on its list, and takes no address but http and https', async () => {
    const server = await serve(says('secret'));
    const options = { hosts: ['example.com'], allowAddresses: local };
    await expect(read(options, `${server.url}/`)).rejects.toThrow(
      /127\.0\.0\.1:\d+ is not one of the hosts.*example\.com/,
    );
    for (const url of ['file:///etc/passwd', 'data:text/plain,x', 'ftp://example.com', 'about:blank', 'nonsense']) {
      await expect(read({ hosts: ['*'] }, url)).rejects.toThrow(/is no http or https address/);
    }
    await expect(read({ hosts: ['*'] }, 'http://user:pass@example.com')).rejects.toThrow(/user name/);
    expect(server.connections()).toBe(0);
  });

  const notations = [
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '１２７.０.０.１',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '0.0.0.0',
    '0',
    'localhost',
    'LOCALHOST',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:7f00:0001]',
    '[::127.0.0.1]',
    '[::1]',
    '[::]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
  ];

  it.each(notations)('connects to no private address, written as %s', async (host) => {
    const server = await serve(says('secret'));
    const reading = read({ hosts: [`*:${server.port}`] }, `http://${host}:${server.port}/`);
    await expect(reading).rejects.toThrow(/private or special address/);
    expect(server.connections()).toBe(0);
  });

  it('reads from a private address that the config allows, under the name that leads there', async () => {
    const server = await serve(says('inside'));
    const options = { hosts: [`*:${server.port}`], allowAddresses: ['127.0.0.0/8', '::1'] };
    for (const host of ['127.1', 'localhost', '2130706433']) {
      expect(await read(options, `http://${host}:${server.port}/`)).toMatchObject({ text: 'inside' });
    }
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect (%d) to a private address', async (status) => {
    const secret = await serve(says('secret'), '127.0.0.2');
    for (const host of ['127.0.0.2', '127.2', '0x7f000002', '[::ffff:127.0.0.2]']) {
      const server = await serve(leadsTo(`http://${host}:${secret.port}/`, status));
      await expect(readLocal(server, { hosts: [`*:${server.port}`, `*:${secret.port}`] })).rejects.toThrow(
        /private or special address/,
      );
      expect(server.asked).toHaveLength(1);
    }
    expect(secret.connections()).toBe(0);
  });

  it('follows a redirect only to hosts of the list, and only so often', async () => {
    const elsewhere = await serve(says('elsewhere'));
    const away = await serve(leadsTo(elsewhere.url));
    await expect(readLocal(away)).rejects.toThrow(/is not one of the hosts/);
    expect(elsewhere.connections()).toBe(0);
    const round: LocalServer = await serve((request, response) => {
      response.writeHead(302, { location: `${request.url}x` }).end();
    });
    await expect(readLocal(round, { maxRedirects: 3 })).rejects.toThrow(/redirects more than 3 times/);
    expect(round.asked).toHaveLength(4);
    const scheme = await serve(leadsTo('file:///etc/passwd'));
    await expect(readLocal(scheme)).rejects.toThrow(/no http or https/);
    const near = await serve((request, response) =>
      request.url === '/page' ? leadsTo('../other')(request, response) : says('there')(request, response),
    );
    expect(await readLocal(near)).toMatchObject({ url: `${near.url}/other`, text: 'there' });
  });

  /** Answers each look-up of a name with the next addresses; the last ones stay. */
  function resolver(...answers: readonly (readonly string[])[]): {
    readonly lookup: LookupFunction;
    readonly count: () => number;
  } {
    let asked = 0;
    return {
      count: () => asked,
      lookup: (_, options, answer) => {
        const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
        if (options.all === true)
          answer(
            null,
            addresses.map((address) => ({ address, family: 4 })),
          );
        else answer(null, addresses[0] ?? '', 4);
      },
    };
  }

  it('judges the very address that it connects to, so that a name that changes its address gains nothing', async () => {
    const secret = await serve(says('secret'), '127.0.0.2');
    const server = await startHttpServer(leadsTo(`http://rebind.test:${secret.port}/`));
    servers.push(server);
    const rebinding = resolver(local, ['127.0.0.2']);
    const options = { hosts: [`*:${server.port}`, `*:${secret.port}`], allowAddresses: local };
    const reading = callTool(fetchTool(options, rebinding.lookup), { url: `http://rebind.test:${server.port}/` });
    await expect(reading).rejects.toThrow(/rebind\.test leads to 127\.0\.0\.2, which is a private/);
    expect([server.asked.length, secret.connections(), rebinding.count()]).toEqual([1, 0, 2]);
  });

  it('refuses a name of which any address is private', async () => {
    const server = await serve(says('fine'));
    const secret = await serve(says('secret'), '127.0.0.2');
    const options = { hosts: [`*:${server.port}`], allowAddresses: local };
    const mixed = resolver(['127.0.0.1', '127.0.0.2']);
    const url = `http://mixed.test:${server.port}/`;
    await expect(callTool(fetchTool(options, mixed.lookup), { url })).rejects.toThrow(/leads to 127\.0\.0\.2/);
    expect(secret.connections() + server.connections()).toBe(0);
    const plain = resolver(local);
    expect(await callTool(fetchTool(options, plain.lookup), { url })).toMatchObject({ text: 'fine' });
    expect(plain.count()).toBe(1);
  });

  it('stops reading at its limit, however the length is told or packed', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 'a'));
    const packed = await serve(says(bomb, 'text/plain', { 'content-encoding': 'gzip' }));
    let sent = 0;
    const endless = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const more = (): void => {
        while (!response.destroyed) {
          sent += 65_536;
          if (!response.write('x'.repeat(65_536))) break;
        }
      };
      response.on('drain', more);
      more();
    });
    const exact = await serve(says('x'.repeat(100_000)));
    for (const server of [packed, endless]) {
      await expect(readLocal(server, { maxBytes: 100_000 })).rejects.toThrow(/longer than the limit of 100000 bytes/);
    }
    expect(sent).toBeLessThan(20_000_000);
    expect(await readLocal(exact, { maxBytes: 100_000 })).toMatchObject({ status: 200 });
  });

  it.each<[string, Answer]>([
    ['never answers', () => undefined],
    [
      'drips',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        const drip = setInterval(() => response.write('.'), 20);
        response.on('close', () => clearInterval(drip));
      },
    ],
    [
      'redirects slowly for ever',
      (request, response) => void setTimeout(() => leadsTo('/page')(request, response), 80),
    ],
  ])('gives up a server that %s', async (_, answer) => {
    const server = await serve(answer);
    const startedAt = performance.now();
    await expect(readLocal(server, { timeoutSeconds: 0.5, maxRedirects: 100 })).rejects.toThrow(
      /did not answer in full within 0\.5 s/,
    );
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('stops when its call is stopped', async () => {
    const stopping = new AbortController();
    const server = await serve(() => stopping.abort(new Error('cancelled')));
    const options = { hosts: [`127.0.0.1:${server.port}`], allowAddresses: local };
    await expect(read(options, server.url, stopping.signal)).rejects.toThrow(/cancelled/);
  });

  it('reads a page that is made to be slow to read, in time', async () => {
    const nested = await serve(says('<div><a href="/x">'.repeat(50_000), 'text/html'));
    const spaces = await serve(says(`<pre>${' '.repeat(900_000)}x</pre>`, 'text/html'));
    const words = await serve(says('<p>a <b>b</b> '.repeat(70_000), 'text/html'));
    for (const server of [nested, spaces, words]) {
      const startedAt = performance.now();
      expect(await readLocal(server)).toMatchObject({ status: 200 });
      expect(performance.now() - startedAt).toBeLessThan(1500);
    }
  });
});
