import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveConfig } from '../../src/config/index.ts';
import { isReadableImage } from '../../src/tools/mcp/readable-image.ts';
import { resolveServer } from '../../src/tools/mcp/resolve-server.ts';
import { toolNameOf } from '../../src/tools/mcp/tool-name.ts';

function problemsOf(mcpServers: unknown, agent: object = {}): readonly string[] {
  try {
    resolveConfig({ agents: [{ name: 'a', ...agent }], mcpServers }, { defaultModel: 'simulated/loadline-sim-1' });
  } catch (error) {
    return (error as { readonly details: { readonly problems: string[] } }).details.problems;
  }
  return [];
}

describe('mcpServers in a config', () => {
  it('have the shape that MCP clients share', () => {
    const shared = {
      files: { command: 'npx', args: ['-y', 'x'], env: { A: 'b' }, cwd: '/tmp' },
      stdio: { type: 'stdio', command: 'npx' },
      web: { url: 'https://example.com/mcp', headers: { Authorization: 'Bearer ${TOKEN}' } },
      http: {
        type: 'http',
        url: 'https://example.com/mcp',
        tools: ['a'],
        timeout: '5s',
        images: false,
        needsApproval: ['a'],
        approval: { timeout: '2d' },
      },
      'streamable-1': { type: 'streamable-http', url: 'https://example.com/mcp', timeout: 5000 },
    };
    expect(problemsOf(shared, { mcpServers: Object.keys(shared) })).toEqual([]);
  });

  it.each<[unknown, object, string | RegExp]>([
    [{ a: { comand: 'x' } }, {}, 'mcpServers.a.comand: unknown key; did you mean "command"?'],
    [{ a: {} }, {}, /mcpServers\.a: must have a "command".*or a "url"/],
    [{ a: { command: 'x', url: 'http://x' } }, {}, 'mcpServers.a.url: does not go with a command'],
    [{ a: { url: 'http://x', args: [] } }, {}, 'mcpServers.a.args: does not go with a url'],
    [{ a: { type: 'http', command: 'x' } }, {}, 'mcpServers.a.type: "http" does not go with a command'],
    [{ a: { type: 'sse', url: 'http://x' } }, {}, /mcpServers\.a\.type: must be "stdio".*SSE is no longer spoken/],
    [{ a__b: { command: 'x' } }, {}, /mcpServers\.a__b: the name must be letters, digits, - and single _/],
    [{ a_: { command: 'x' } }, {}, /mcpServers\.a_: the name/],
    [
      { files: { command: 'x' } },
      { mcpServers: ['file'] },
      /agents\[0\]\.mcpServers\[0\]: "file" is no server; did you mean "files"\?/,
    ],
    [{ files: { command: 'x' } }, { mcpServers: ['files', 'files'] }, /mcpServers\[1\]: "files" is named twice/],
    [
      { files: { command: 'x' } },
      {
        mcpServers: ['files'],
        tools: [{ name: 'files__read', description: '', inputSchema: { type: 'object' }, execute: () => '' }],
      },
      /tools\[0\]\.name: "files__read" looks like a tool of the MCP server files/,
    ],
  ])('are refused with the place and the reason: %j', (servers, agent, problem) => {
    const [found = ''] = problemsOf(servers, agent);
    if (typeof problem === 'string') expect(found).toBe(problem);
    else expect(found).toMatch(problem);
  });

  it('put variables of the environment where they are named, and say which is not set', () => {
    const settings = {
      command: '${BIN:-npx}',
      args: ['--root', '${ROOT}/files', '$ROOT'],
      env: { TOKEN: '${TOKEN}' },
    };
    const resolved = resolveServer('a', settings, { ROOT: '/srv', TOKEN: 't-123456' });
    expect(resolved.connection).toMatchObject({
      command: 'npx',
      args: ['--root', '/srv/files', '$ROOT'],
      env: { TOKEN: 't-123456' },
    });
    expect(() => resolveServer('a', settings, {})).toThrow('mcpServers.a: the environment variable ROOT is not set');
    expect(() => resolveServer('a', { url: 'nowhere' }, {})).toThrow(/its url is no http/);
  });

  it('keep what they were given in confidence out of logs, and keys out of results', () => {
    const env = { API_TOKEN: '${SECRET}', ROOT: '/srv/files' };
    const { secrets, place } = resolveServer('a', { command: 'x', env }, { SECRET: 'abcdefgh' });
    expect(secrets.hide('abcdefgh at /srv/files')).toBe('[secret] at [secret]');
    expect(secrets.hideKeys('abcdefgh at /srv/files')).toBe('[secret] at /srv/files');
    expect(place).toBe('x');
    const url = 'https://user:pass@example.com/mcp?key=${SECRET}';
    const http = resolveServer('a', { url, headers: { Authorization: 'Bearer qwertyui' } }, { SECRET: 'abcdefgh' });
    expect(http.secrets.hideKeys('qwertyui and abcdefgh')).toBe('[secret] and [secret]');
    expect(http.place).toBe('https://example.com/mcp');
  });
});

describe('the names of tools', () => {
  it('are those of server and tool where providers take them', () => {
    expect(toolNameOf('files', 'read_file')).toBe('files__read_file');
    expect(toolNameOf('files', 'admin.read/file')).toMatch(/^files__admin_read_file_[0-9a-f]{8}$/);
    expect(toolNameOf('files', 'x'.repeat(80))).toMatch(/^files__x{48}_[0-9a-f]{8}$/);
  });

  it('are fit for every provider and never two alike, whatever servers call their tools', () => {
    const server = fc
      .stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,30}[A-Za-z0-9-]$/)
      .filter((one) => !one.includes('__'));
    const tool = fc.oneof(fc.string({ minLength: 1, maxLength: 90 }), fc.constantFrom('a.b', 'a_b', 'a/b', '_b', 'b'));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(server, tool), { selector: (pair) => JSON.stringify(pair), maxLength: 20 }),
        (pairs) => {
          const names = pairs.map(([one, other]) => toolNameOf(one, other));
          expect(names.filter((name) => !/^[A-Za-z0-9_-]{1,64}$/.test(name))).toEqual([]);
          expect(new Set(names).size).toBe(pairs.length);
        },
      ),
    );
  });
});

describe('an image in a result', () => {
  const base64 = (bytes: readonly number[] | string) => Buffer.from(bytes as string, 'latin1').toString('base64');
  const png = base64('\u0089PNG\r\n\u001a\n and more');

  it('goes to the model when it is what it says it is', () => {
    expect(isReadableImage(png, 'image/png')).toBe(true);
    expect(isReadableImage(base64('\u00ff\u00d8\u00ff\u00e0 and more'), 'image/jpeg')).toBe(true);
    expect(isReadableImage(base64('GIF89a and more'), 'image/gif')).toBe(true);
    expect(isReadableImage(base64('RIFF\u0001\u0002\u0003\u0004WEBPVP8 '), 'image/webp')).toBe(true);
  });

  it.each([
    ['of another type', png, 'image/jpeg'],
    ['of a type that providers refuse', base64('<svg/>'), 'image/svg+xml'],
    ['that is no base64', '%%%%', 'image/png'],
    ['that is empty', '', 'image/png'],
    ['that is cut off', png.slice(0, -1), 'image/png'],
    ['that is too large', base64(`\u0089PNG\r\n\u001a\n${'x'.repeat(4_000_000)}`), 'image/png'],
  ])('is only named when it is one %s: a provider would refuse the session for good', (_, data, mediaType) => {
    expect(isReadableImage(data, mediaType)).toBe(false);
  });
});
