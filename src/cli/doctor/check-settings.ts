import { existsSync } from 'node:fs';
import type { LoadlineError } from '../../domain/errors.ts';
import { fault, fine, wordsOf, type Finding } from './finding.ts';
import { renameKey, replaceWord, unset } from './mend.ts';
import type { Scene } from './scene.ts';
import { shellWord } from '../../domain/shell-word.ts';

const minimalConfig = `export default { agents: [{ name: "assistant" }] };`;
const minimalJson = `{ "agents": [{ "name": "assistant" }] }`;

export function checkNode(): Finding[] {
  return [fine('node', `Node ${process.versions.node}`)];
}

/** One finding for each variable that can't be used. */
export function checkVariables({ settings, defaultModel, source }: Scene): Finding[] {
  const problems = 'error' in settings ? problemsOf(settings.error) : [];
  const ofVariables = problems.map((problem) => fault('variables', problem, unset(nameIn(problem), source)));
  if ('error' in defaultModel && problems.length === 0) {
    const name = /OPENAI_BASE_URL|LOADLINE_MODEL/.exec(defaultModel.error.message)?.[0];
    ofVariables.push(fault('variables', wordsOf(defaultModel.error), name === undefined ? null : unset(name, source)));
  }
  return ofVariables.length > 0 ? ofVariables : [fine('variables', 'the environment can be used')];
}

function nameIn(problem: string): string {
  return /^[A-Z_]+/.exec(problem)?.[0] ?? '';
}

function problemsOf(error: LoadlineError): readonly string[] {
  const problems = error.details?.['problems'];
  return Array.isArray(problems) ? (problems as string[]) : [error.message];
}

/** One finding for each mistake in the config. */
export function checkConfig({ config, configFile }: Scene): Finding[] {
  if ('value' in config) {
    const agents = [...config.value.agents.keys()].join(', ');
    return [fine('config', `${configFile ?? 'the built-in config'} with ${agents}`)];
  }
  const problems = config.error.details?.['problems'];
  if (!Array.isArray(problems))
    return [fault('config', wordsOf(config.error), configFile === null ? null : putMinimal(configFile))];
  return (problems as string[]).map((problem) =>
    fault('config', problem, configFile === null ? null : correction(configFile, problem)),
  );
}

/** A name that was mistyped is corrected; what else is wrong needs a person, or the file out of the way. */
function correction(file: string, problem: string): string {
  const [, right] = /did you mean "([^"]+)"/.exec(problem) ?? [];
  if (right !== undefined) {
    const [, key] = /(?:^|\.)([\w$]+): unknown key/.exec(problem) ?? [];
    if (key !== undefined) return renameKey(file, key, right);
    const [, provider] = /unknown provider "([^"]+)"/.exec(problem) ?? [];
    if (provider !== undefined) return replaceWord(file, `${provider}/`, `${right}/`);
  }
  return putMinimal(file);
}

/** A config that works, and the other one beside it. */
function putMinimal(file: string): string {
  const place = shellWord(file);
  const minimal = file.endsWith('.json') ? minimalJson : minimalConfig;
  const write = `echo ${shellWord(minimal)} > ${place}`;
  return existsSync(file) ? `mv ${place} ${shellWord(`${file}.old`)} && ${write}` : write;
}
