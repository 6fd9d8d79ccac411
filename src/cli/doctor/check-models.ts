import { readFileSync } from 'node:fs';
import type { ResolvedAgent, ResolvedConfig } from '../../config/index.ts';
import { splitModelRef } from '../../domain/model.ts';
import { nearest } from '../../domain/nearest.ts';
import { createCatalogue, type Catalogue } from '../../models/index.ts';
import { ProviderFailure, type Provider } from '../../providers/provider.ts';
import { createProviders, type Providers } from '../../providers/registry.ts';
import { LoadlineError } from '../../domain/errors.ts';
import { simulatedModels } from '../../simulator/models.ts';
import { fault, fine, wordsOf, type Finding } from './finding.ts';
import { askFor, replaceWord, unset } from './mend.ts';
import type { Scene } from './scene.ts';

const patienceMs = 5_000;

/** `provider/model` of what agents name as text; an AI SDK model brings its own key. */
function namedModels({ agents }: ResolvedConfig): Map<string, string[]> {
  const byRef = new Map<string, string[]>();
  for (const agent of agents.values()) {
    for (const ref of refsOf(agent)) byRef.set(ref, [...(byRef.get(ref) ?? []), agent.spec.name]);
  }
  return byRef;
}

function refsOf({ spec, model }: ResolvedAgent): string[] {
  const summary = spec.summary === false ? null : spec.summary.model;
  return [
    ...new Set([
      ...(typeof model === 'string' ? [spec.model] : []),
      ...(summary === null ? [] : [summary]),
      ...spec.fallbacks,
    ]),
  ];
}

/** Whether the providers of the agents' models take our keys, and whether their models are known. */
export async function checkModels(scene: Scene): Promise<Finding[]> {
  if ('error' in scene.config) return [];
  const config = scene.config.value;
  const models = namedModels(config);
  const providers = createProviders(config.providers, scene.environment, { simulatorUrl: 'http://127.0.0.1/v1' });
  const catalogue = createCatalogue(config.models, { simulatedModels });
  const names = [...new Set([...models.keys()].map((ref) => splitModelRef(ref).provider))];
  const listed = new Map<string, readonly string[] | null>();
  const findings: Finding[] = [];
  for (const name of names) {
    const { finding, ids } = await checkProvider(scene, config, providers, name);
    findings.push(finding);
    listed.set(name, ids);
  }
  for (const [ref, agents] of models) {
    findings.push(checkModel(scene, catalogue, ref, agents, listed.get(splitModelRef(ref).provider) ?? null));
  }
  return findings;
}

async function checkProvider(
  { environment, source }: Scene,
  config: ResolvedConfig,
  providers: Providers,
  name: string,
): Promise<{ finding: Finding; ids: readonly string[] | null }> {
  if (name === 'simulated')
    return { finding: fine('provider', 'simulated needs no key'), ids: simulatedModels.map(({ id }) => id) };
  let provider: Provider;
  try {
    provider = providers.provider(name);
  } catch (error) {
    const variables = error instanceof LoadlineError ? error.details?.['variables'] : undefined;
    const variable: unknown = Array.isArray(variables) ? variables[0] : undefined;
    const command = typeof variable === 'string' ? askFor(variable, source) : null;
    return { finding: fault('provider', wordsOf(error), command), ids: null };
  }
  try {
    const ids = await provider.listModels(AbortSignal.timeout(patienceMs));
    return { finding: fine('provider', `${name} takes our key and lists ${ids.length} models`), ids };
  } catch (error) {
    const refused =
      error instanceof ProviderFailure && (error.kind === 'authentication' || error.kind === 'permission');
    const variable = keyVariable(config, name, environment);
    if (refused && variable !== null) {
      const message = `${name} refuses the key in ${variable}: ${wordsOf(error)}`;
      return { finding: fault('provider', message, askFor(variable, source)), ids: null };
    }
    const command = name === 'ollama' ? 'ollama list' : null;
    return { finding: fault('provider', `${name} did not list its models: ${wordsOf(error)}`, command), ids: null };
  }
}

/** The variable that this provider's key was taken from. */
function keyVariable(config: ResolvedConfig, name: string, environment: NodeJS.ProcessEnv): string | null {
  const own = config.providers[name]?.apiKeyEnv;
  if (own !== undefined) return own;
  try {
    // Without any variable the registry names those it looks for.
    createProviders(config.providers, {}).provider(name);
    return null;
  } catch (error) {
    const variables = error instanceof LoadlineError ? error.details?.['variables'] : undefined;
    if (!Array.isArray(variables)) return null;
    return (variables as string[]).find((variable) => environment[variable]) ?? null;
  }
}

function checkModel(
  scene: Scene,
  catalogue: Catalogue,
  ref: string,
  agents: readonly string[],
  ids: readonly string[] | null,
): Finding {
  const { provider, model } = splitModelRef(ref);
  const { contextWindow, priced } = catalogue.facts(ref);
  const of = `${ref} (${agents.join(', ')})`;
  // A list of none says nothing, and some providers list no aliases: what has a window and a price is known.
  const missing = ids !== null && ids.length > 0 && !ids.includes(model) && (contextWindow === null || !priced);
  const unheardOf = ids === null && contextWindow === null && !priced;
  if (missing || unheardOf) {
    const known = ids ?? catalogue.list().flatMap((entry) => (entry.provider === provider ? [entry.model] : []));
    const right = nearest(model, known);
    const hint = right === null ? '' : `; did you mean ${provider}/${right}?`;
    const message =
      ids === null ? `${of} is not known` : `${provider} has no model ${model}, which ${agents.join(', ')} uses`;
    return fault(
      'model',
      `${message}${hint}`,
      right === null ? pull(scene, provider, model, ref) : rename(scene, ref, `${provider}/${right}`),
    );
  }
  const gaps = [...(contextWindow === null ? ['contextWindow'] : []), ...(priced ? [] : ['price'])];
  if (gaps.length === 0) return fine('model', `${of}: window and price are known`);
  // No fault: sessions run, and what is unknown is shown as such.
  return fine('model', `${of}: ${gaps.join(' and ')} unknown; set models["${ref}"] in the config`);
}

function pull(scene: Scene, provider: string, model: string, ref: string): string | null {
  if (provider === 'ollama') return `ollama pull ${model}`;
  return scene.environment['LOADLINE_MODEL'] === ref ? unset('LOADLINE_MODEL', scene.source) : null;
}

function rename(scene: Scene, wrong: string, right: string): string | null {
  const { configFile, environment, source } = scene;
  if (environment['LOADLINE_MODEL'] === wrong) {
    return source.ofShell.has('LOADLINE_MODEL')
      ? `export LOADLINE_MODEL=${right}`
      : replaceWord(source.envFile, wrong, right);
  }
  if (configFile === null || !readFileSync(configFile, 'utf8').includes(wrong)) return null;
  return replaceWord(configFile, wrong, right);
}
