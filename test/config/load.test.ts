import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configOf } from '../../src/cli/first-agent.ts';
import { builtInConfig, loadConfig, noConfig, resolveConfig } from '../../src/config/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadline-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const load = (environment: Record<string, string | undefined> = {}, file?: string, envFile?: string) =>
  loadConfig({ cwd: folder, environment, file, envFile });

describe('loading a config', () => {
  it.each(['ts', 'mts', 'js', 'mjs'])('evaluates loadline.config.%s', async (ending) => {
    write({
      [`loadline.config.${ending}`]:
        "import { defineAgent, defineConfig, defineTeam } from 'loadline';\nexport default defineConfig({ agents: [defineAgent({ name: 'a' })], teams: [defineTeam({ name: 't', mode: 'route', members: ['a'] })] });\n",
    });
    expect(await load()).toMatchObject({ config: { agents: [{ name: 'a' }], teams: [{ name: 't' }] }, folder });
  });

  it('gives a config the built-in tools', async () => {
    write({
      'loadline.config.ts':
        "import { calculator, clock, defineAgent, defineConfig, files, hackerNews, httpFetch, recall, ToolError } from 'loadline';\nif (ToolError === undefined) throw new Error('there is no ToolError');\nconst tools = [calculator, clock, recall, httpFetch({ hosts: ['*'] }), ...hackerNews(), ...files({ folder: '.', write: true })];\nexport default defineConfig({ agents: [defineAgent({ name: 'a', tools })] });\n",
    });
    const place = { configFile: join(folder, 'loadline.config.ts'), folder, environment: {} };
    const config = resolveConfig(await configOf(place, {}), { defaultModel: 'simulated/loadline-sim-1' });
    expect([...(config.agents.get('a')?.tools.keys() ?? [])]).toEqual([
      'calculator',
      'clock',
      'recall',
      'http_fetch',
      'hn_stories',
      'hn_item',
      'hn_user',
      'files_list',
      'files_read',
      'files_write',
    ]);
  });

  it('reads the same shape as JSON', async () => {
    write({ 'loadline.config.json': '{ "agents": [{ "name": "a" }] }' });
    expect((await load())?.config).toEqual({ agents: [{ name: 'a' }] });
  });

  it('does not mind the project: CommonJS, enums, aliases, imports without ending, top-level await', async () => {
    write({
      'package.json': '{ "type": "commonjs" }',
      'tsconfig.json': '{ /* mine */ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
      'lib/names.ts': "export enum Names { First = 'first' }",
      'lib/tool.ts':
        "import { defineTool } from 'loadline';\nimport { Names } from './names';\nexport const tool = defineTool({ name: Names.First, description: '', inputSchema: { type: 'object' }, execute: () => 'x' });",
      'loadline.config.ts':
        "import { tool } from '@lib/tool';\nimport { Names } from './lib/names';\nconst name = await Promise.resolve(Names.First);\nexport default { agents: [{ name, tools: [tool] }] };",
    });
    const config = resolveConfig((await load())?.config, { defaultModel: 'simulated/loadline-sim-1' });
    expect([...(config.agents.get('first')?.tools.keys() ?? [])]).toEqual(['first']);
  });

  it.each<[string, string, RegExp]>([
    ['a syntax error', 'export default {\n  agents: [,,\n}}\n', /loadline\.config\.ts:3:\d+: .*Unexpected/],
    ['an error of its own', "\nthrow new Error('no such city')\n", /loadline\.config\.ts:2:\d+: no such city$/],
    ['an import that is not there', "import { x } from './nope';\nexport default x;\n", /loadline\.config\.ts.*nope/],
    ['no default export', 'export const agents = [];\n', /loadline\.config\.ts has no default export; write:/],
  ])('names file, line and reason of %s', async (_, text, message) => {
    write({ 'loadline.config.ts': text });
    await expect(load()).rejects.toMatchObject({ code: 'ConfigInvalid', message: expect.stringMatching(message) });
  });

  it.each<[string, RegExp]>([
    ['{\n  "agents": [}\n', /json:2:14: Unexpected token '}'$/],
    ['{\n  "agents": []\n  "models": {}\n}', /json:3:3: Expected ',' or '}' after property value$/],
    ['{ "agents": [', /json:1:14: Unexpected end of JSON input$/],
  ])('names the place of a mistake in JSON: %j', async (text, message) => {
    write({ 'loadline.config.json': text });
    await expect(load()).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  it('reads .env beside the config before it; variables that are set already win', async () => {
    write({
      '.env': 'LOADLINE_TEST_A=file\nLOADLINE_TEST_B="of the file"\n',
      'other.env': 'LOADLINE_TEST_A=other\n',
      'loadline.config.json': '{}',
    });
    const environment: Record<string, string | undefined> = { LOADLINE_TEST_A: 'set' };
    await load(environment);
    expect(environment).toEqual({ LOADLINE_TEST_A: 'set', LOADLINE_TEST_B: 'of the file' });
    const other: Record<string, string | undefined> = {};
    await load(other, undefined, 'other.env');
    expect(other).toEqual({ LOADLINE_TEST_A: 'other' });
    await expect(load({}, undefined, 'missing.env')).rejects.toThrow(/missing\.env/);
  });

  it('answers null where there is none, and refuses a named one that is missing', async () => {
    expect(await load()).toBeNull();
    await expect(load({}, 'elsewhere.ts')).rejects.toThrow(/no config file .*elsewhere\.ts/);
    expect(noConfig(folder).message).toMatch(/loadline\.config\.ts:\n\n {2}import \{ defineAgent/);
    const config = resolveConfig(builtInConfig, { defaultModel: 'simulated/loadline-sim-1' });
    expect([...config.agents.keys()]).toEqual(['assistant']);
  });

  it("takes the checkout's own config, whose tools work", async () => {
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const loaded = await loadConfig({ cwd, environment: {} });
    const { agents } = resolveConfig(loaded?.config, { defaultModel: 'simulated/loadline-sim-1' });
    expect([...agents.keys()]).toEqual(['assistant', 'summariser', 'extract']);
    const tools = agents.get('assistant')?.tools;
    expect(await tools?.get('calculator')?.execute({ operation: 'multiply', a: 6, b: 7 }, {} as never)).toBe(42);
    expect(await tools?.get('clock')?.execute({ timeZone: 'Europe/Oslo' }, {} as never)).toMatch(/20\d\d/);
  });
});
