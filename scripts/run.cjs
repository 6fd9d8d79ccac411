'use strict';
/*
 * Runs a command of this checkout on a Node that is new enough. Kept in old JavaScript on purpose: whatever Node a
 * machine has must be able to read this file, so that the person gets a sentence instead of a syntax error.
 */
var childProcess = require('child_process');
var fs = require('fs');
var path = require('path');

var root = path.join(__dirname, '..');
var jest = ['--experimental-vm-modules', path.join(root, 'node_modules', 'jest', 'bin', 'jest.js')];

function source(file) {
  return [path.join(root, file)];
}

var commands = {
  start: source('src/cli/main.ts').concat('dev'),
  client: source('src/cli/main.ts'),
  test: jest,
  demo: source('scripts/demo.ts'),
  bench: source('bench/main.ts'),
  build: source('scripts/build.ts'),
  'build-web': source('scripts/build-web.ts'),
  lint: source('node_modules/oxlint/bin/oxlint'),
  'check-package': source('scripts/check-package.ts'),
  screenshots: source('scripts/screenshots.ts'),
  storm: source('scripts/storm.ts'),
  'try-openai-python': source('scripts/try-openai-python.ts'),
  'try-real-model': source('scripts/try-real-model.ts'),
};

function isFit(version) {
  var parts = version.split('.').map(Number);
  return parts[0] > 22 || (parts[0] === 22 && parts[1] >= 18);
}

function fitNode() {
  if (isFit(process.versions.node)) return process.execPath;
  var platform = process.platform === 'win32' ? 'win' : process.platform;
  var folder = path.join(root, 'node_modules', 'node-' + platform + '-' + process.arch, 'bin');
  var candidate = path.join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  return fs.existsSync(candidate) ? candidate : null;
}

function environmentFor(node) {
  var environment = Object.assign({}, process.env);
  var name = Object.keys(environment).filter(function (key) {
    return key.toUpperCase() === 'PATH';
  })[0];
  name = name || 'PATH';
  environment[name] = path.dirname(node) + (environment[name] ? path.delimiter + environment[name] : '');
  return environment;
}

/** With execve no process stands between the terminal and the command: signals, exit code and terminal are its own. */
function become(node, args, environment) {
  process.emitWarning = function () {};
  process.execve(node, [node].concat(args), environment);
}

function spawnAndFollow(node, args, environment) {
  var child = childProcess.spawn(node, args, { stdio: 'inherit', env: environment });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(function (signal) {
    process.on(signal, function () {
      // Ctrl-C reaches the whole foreground group: passed on, it would count as a second one.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  });
  child.on('error', function (error) {
    console.error('Could not run ' + node + ': ' + error.message);
    process.exit(1);
  });
  child.on('exit', function (code, signal) {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

var command = process.argv[2];
if (!Object.prototype.hasOwnProperty.call(commands, command)) {
  console.error('Usage: node scripts/run.cjs ' + Object.keys(commands).join('|') + ' [arguments]');
  process.exit(2);
}
var node = fitNode();
if (node === null) {
  console.error(
    'Loadline needs Node 22.18 or newer and this is ' +
      process.versions.node +
      ': install Node 24 from https://nodejs.org, or run `npm ci` without --omit=optional on Linux or Windows.',
  );
  process.exit(1);
}
var args = ['--disable-warning=ExperimentalWarning'].concat(commands[command], process.argv.slice(3));
var environment = environmentFor(node);
if (typeof process.execve === 'function' && process.platform !== 'win32') become(node, args, environment);
else spawnAndFollow(node, args, environment);
