import type { ServerDeps } from '../deps.ts';
import type { ServerContext } from '../server-env.ts';
import { agentNamed } from './addressed.ts';

/** `GET /models`: the agents and teams of the config. */
export function listModels({ config }: ServerDeps, context: ServerContext): Response {
  return context.json({ object: 'list', data: [...config.agents.keys()].map(toModel) });
}

export function readModel(deps: ServerDeps, context: ServerContext, name: string): Response {
  return context.json(toModel(agentNamed(deps, name).spec.name));
}

/** Configs have no date: theirs is the beginning of time, as with models that other servers list. */
function toModel(id: string) {
  return { id, object: 'model', created: 0, owned_by: 'loadline' };
}
