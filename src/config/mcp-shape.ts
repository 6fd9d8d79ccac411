import { z } from 'zod';
import { approvalSettings } from './approval-shape.ts';
import { duration } from './duration.ts';

/** A tool is called `server__tool`, within 64 characters; two low lines in a server's name would make that ambiguous. */
export const mcpServerName = z
  .string()
  .regex(
    /^(?!.*__)[A-Za-z0-9][A-Za-z0-9_-]{0,30}[A-Za-z0-9-]$|^[A-Za-z0-9]$/,
    'must be letters, digits, - and single _, at most 32, a letter or digit first and no _ last',
  );

const common = {
  tools: z.array(z.string()).optional(),
  timeout: duration.optional(),
  needsApproval: z
    .custom<boolean | string[]>(
      (value) =>
        typeof value === 'boolean' || (Array.isArray(value) && value.every((name) => typeof name === 'string')),
      { error: 'must be true, or the names of tools' },
    )
    .optional(),
  approval: approvalSettings.optional(),
  images: z.boolean().optional(),
};
const texts = z.record(z.string(), z.string());

const keys = z.strictObject({
  ...common,
  type: z
    .enum(['stdio', 'http', 'streamable-http'], {
      error: 'must be "stdio" (with a command) or "http" (streamable HTTP, with a url); SSE is no longer spoken',
    })
    .optional(),
  command: z.string().min(1, 'must not be empty').optional(),
  args: z.array(z.string()).optional(),
  env: texts.optional(),
  cwd: z.string().optional(),
  url: z.string().min(1, 'must not be empty').optional(),
  headers: texts.optional(),
});

/** One object with the keys of both, so that an unknown one is named with the nearest known; then which belong together. */
export const mcpServer = keys.superRefine((server, context) => {
  const isHttp = server.command === undefined && server.url !== undefined;
  const say = (message: string, ...path: string[]): void => context.addIssue({ code: 'custom', message, path });
  if (server.command === undefined && server.url === undefined) {
    return say('must have a "command" (a process to start) or a "url" (streamable HTTP)');
  }
  for (const key of isHttp ? (['args', 'env', 'cwd'] as const) : (['url', 'headers'] as const)) {
    if (server[key] !== undefined) say(`does not go with a ${isHttp ? 'url' : 'command'}`, key);
  }
  if (server.type !== undefined && (server.type === 'stdio') === isHttp) {
    say(`"${server.type}" does not go with a ${isHttp ? 'url' : 'command'}`, 'type');
  }
});
