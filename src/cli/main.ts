#!/usr/bin/env node
import * as nodeModule from 'node:module';

/** The command `loadline`. Nothing of ours is imported here, so that an older Node can read it and say what is needed. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Loadline needs Node 22.18 or newer and this is ${process.versions.node}. https://nodejs.org has it.\n`,
  );
  process.exit(1);
}

// SQLite in Node is told to be experimental on every start; there is nothing that a user could do about it.
const warn = process.emitWarning.bind(process);
process.emitWarning = (...given: unknown[]): void => {
  if (!given.includes('ExperimentalWarning')) Reflect.apply(warn, undefined, given);
};

// What was compiled once is taken from a cache on disk: a third of the time of most commands.
nodeModule.enableCompileCache();

const { run } = await import('./run.ts');
await run(process.argv.slice(2));
