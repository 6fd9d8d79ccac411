import { createHash } from 'node:crypto';
import type { McpServerSettings } from '../../config/mcp.ts';
import { toApprovalPolicy } from '../../config/approval-rule.ts';
import { toMs } from '../../config/duration.ts';
import { defaultTimeoutMs } from '../../config/runnable-tool.ts';
import type { ApprovalPolicy } from '../../domain/approval.ts';
import { LoadlineError } from '../../domain/errors.ts';
import { secretsOf, type Secrets } from './secrets.ts';

export type Connection =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string | undefined;
    }
  | { readonly kind: 'http'; readonly url: URL; readonly headers: Readonly<Record<string, string>> };

/** A server of the config with its variables filled in. */
export interface ResolvedServer {
  readonly name: string;
  readonly connection: Connection;
  /** Where it is found, for a person to read: nothing in it is secret. */
  readonly place: string;
  /** Of the settings that its tools may depend on: another digest, perhaps other tools. */
  readonly digest: string;
  readonly allowed: readonly string[] | null;
  /** Has a person to approve calls of this tool? */
  readonly asksFirst: (tool: string) => boolean;
  /** Those that the config names for that. */
  readonly asked: readonly string[];
  readonly approval: ApprovalPolicy;
  readonly timeoutMs: number;
  /** Of its start, which may fetch a package first. */
  readonly startTimeoutMs: number;
  readonly images: boolean;
  readonly secrets: Secrets;
}

/** A failure of a server's settings or its start, which ends the start of the worker. */
export function serverProblem(name: string, text: string): LoadlineError {
  return new LoadlineError('ConfigInvalid', `mcpServers.${name}: ${text}`, { server: name });
}

/**
 * Puts environment variables in the place of `${NAME}` and `${NAME:-otherwise}`.
 *
 * @throws LoadlineError `ConfigInvalid` naming a variable that is not set.
 */
export function resolveServer(
  name: string,
  settings: McpServerSettings,
  environment: NodeJS.ProcessEnv,
  leastStartMs = 60_000,
): ResolvedServer {
  const expanded: Record<string, string> = {};
  const fill = (text: string): string =>
    text.replaceAll(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (_, variable: string, otherwise?: string) => {
      const value = environment[variable] ?? otherwise;
      if (value === undefined) throw serverProblem(name, `the environment variable ${variable} is not set`);
      expanded[variable] = value;
      return value;
    });
  const fillAll = (texts: Readonly<Record<string, string>> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, fill(value)]));
  const connection = connectionOf(name, settings, fill, fillAll);
  const { needsApproval = false } = settings;
  const asked = typeof needsApproval === 'boolean' ? [] : needsApproval;
  const timeoutMs = settings.timeout === undefined ? defaultTimeoutMs : toMs(settings.timeout);
  return {
    name,
    connection,
    place: 'command' in settings ? settings.command : placeOf(settings.url),
    digest: digestOf(name, settings),
    allowed: settings.tools ?? null,
    asksFirst: (tool) => needsApproval === true || asked.includes(tool),
    asked,
    approval: toApprovalPolicy(settings.approval),
    timeoutMs,
    startTimeoutMs: Math.max(timeoutMs, leastStartMs),
    images: settings.images ?? true,
    secrets: secretsOf({
      env: connection.kind === 'stdio' ? connection.env : {},
      headers: connection.kind === 'http' ? connection.headers : {},
      expanded,
    }),
  };
}

/** As it is written, without what may hold a key. */
function placeOf(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//');
}

function digestOf(name: string, settings: McpServerSettings): string {
  const { env: _, headers: __, timeout: ___, ...rest } = { env: {}, headers: {}, ...settings };
  return createHash('sha256')
    .update(JSON.stringify([name, rest]))
    .digest('base64url')
    .slice(0, 22);
}

function connectionOf(
  name: string,
  settings: McpServerSettings,
  fill: (text: string) => string,
  fillAll: (texts?: Readonly<Record<string, string>>) => Record<string, string>,
): Connection {
  if ('command' in settings) {
    const { command, args = [], env, cwd } = settings;
    return {
      kind: 'stdio',
      command: fill(command),
      args: args.map(fill),
      env: fillAll(env),
      cwd: cwd === undefined ? undefined : fill(cwd),
    };
  }
  const url = URL.parse(fill(settings.url));
  if (url === null || !/^https?:$/.test(url.protocol)) throw serverProblem(name, 'its url is no http or https address');
  return { kind: 'http', url, headers: fillAll(settings.headers) };
}
