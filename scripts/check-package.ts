/**
 * Packs the package, installs it into an empty project and uses it there from TypeScript, as a user would: every entry
 * point but the workflows' is imported and type-checked by the oldest and the newest compiler we promise.
 */
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../src/simulator/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'loadline-package-'));
const results = { passed: 0, failed: 0 };

function run(command: string, args: string[], cwd: string): { succeeded: boolean; stdout: string; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 600_000 });
  return { succeeded: status === 0, stdout, output: `${stdout}${stderr}${error?.message ?? ''}`.trim() };
}

function check(name: string, { succeeded, output }: { succeeded: boolean; output: string }): boolean {
  console.log(`${succeeded ? 'ok    ' : 'FAILED'} ${name}`);
  if (!succeeded) console.log(output.replaceAll(/^/gm, '       '));
  results[succeeded ? 'passed' : 'failed'] += 1;
  return succeeded;
}

const compilers = { 'TypeScript 5.8': 'typescript-5', 'TypeScript 7': 'typescript-7' };
const resolutions = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

function install(): boolean {
  const packed = run('npm', ['pack', '--silent', '--pack-destination', project], root);
  if (!check('the package is packed', packed)) return false;
  const versions = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
    dependencies: Record<string, string>;
  };
  const dependencies = {
    loadline: `file:${packed.stdout.trim().split('\n').at(-1)}`,
    zod: versions.dependencies.zod,
    '@types/node': versions.devDependencies['@types/node'],
    'typescript-5': 'npm:typescript@5.8.3',
    'typescript-7': `npm:typescript@${versions.devDependencies.typescript}`,
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  cpSync(join(root, 'test/fixtures/consumer'), project, { recursive: true });
  return check(
    'the tarball installs into an empty project',
    run('npm', ['install', '--no-audit', '--no-fund'], project),
  );
}

function typeCheck(): void {
  for (const [compiler, folder] of Object.entries(compilers)) {
    for (const [resolution, options] of Object.entries(resolutions)) {
      const strictness = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
      const usual = { target: 'es2022', noEmit: true, types: ['node'], allowImportingTsExtensions: true };
      const compilerOptions = { ...usual, ...strictness, ...options };
      const file = `tsconfig.${folder}.${resolution}.json`;
      writeFileSync(join(project, file), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
      const tsc = join('node_modules', folder, 'bin', 'tsc');
      check(
        `its types have 0 errors under ${compiler}, ${resolution}`,
        run(process.execPath, [tsc, '-p', file], project),
      );
    }
  }
}

function load(): void {
  check('every entry point loads', run(process.execPath, ['entry-points.ts'], project));
  check(
    'the workflows can be found by a bundler',
    run(process.execPath, ['-e', "import.meta.resolve('loadline/workflows')"], project),
  );
  check('the command runs', run('npx', ['--no-install', 'loadline', '--help'], project));
}

/** The example of the README: an agent with a tool and an output schema, asked twice, in a process of its own. */
async function runExample(): Promise<void> {
  const simulator = await startSimulator();
  const environment = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    GOPATH: process.env['GOPATH'],
    LOADLINE_HOME: join(project, 'home'),
    OPENAI_BASE_URL: `${simulator.url}/v1`,
    OPENAI_API_KEY: 'any',
  };
  // Asynchronous: the simulator answers from this very process.
  const example = await new Promise<{ succeeded: boolean; output: string }>((resolve) => {
    execFile(
      process.execPath,
      ['main.ts'],
      { cwd: project, env: environment, timeout: 300_000 },
      (error, stdout, stderr) => resolve({ succeeded: error === null, output: stdout + stderr }),
    );
  });
  const billed = simulator.tally().requests.map((request) => request.billed.input + request.billed.output);
  await simulator.close();
  const [celsius, tokens, cost] = (example.output.split('\n')[0] ?? '').split(' ').map(Number);
  const right = Number.isFinite(celsius) && tokens === billed[0] && Number(cost) > 0 && billed.length === 2;
  check('the example runs from the tarball and counts what was billed', {
    succeeded: example.succeeded && right,
    output: `${example.output}\nbilled: ${billed.join(', ')}`,
  });
}

try {
  if (install()) {
    typeCheck();
    load();
    await runExample();
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
console.log(`${results.passed} passed, ${results.failed} failed`);
process.exitCode = results.failed === 0 ? 0 : 1;
