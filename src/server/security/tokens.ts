import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LoadlineError } from '../../domain/errors.ts';

export const roles = ['admin', 'user', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** Of a principal that is bound to no tenant. */
export const allTenants = '*';

/** Who asks. */
export interface Principal {
  readonly name: string;
  /** `viewer` reads; `user` also starts sessions, sends and acts; `admin` also sets budgets. */
  readonly role: Role;
  /** Whose sessions it sees; `*`: everybody's, also those of no tenant. */
  readonly tenant: string;
}

export interface ApiTokens {
  /** So many there are. */
  readonly size: number;
  /** Whose secret this is; `null`: nobody's. */
  find(secret: string): Principal | null;
}

/** A guess must not be worth a try. */
const leastSecretChars = 12;

/**
 * Tokens as `LOADLINE_API_TOKENS` holds them: `name:role:tenant:secret`, with commas between, or `@file` with one on
 * each line (`#` begins a comment). Without a tenant an admin has all of them.
 *
 * @throws LoadlineError `ConfigInvalid` that names every entry that can't be used, without its secret.
 *
 * @example
 * readTokens('ops:admin:*:0123456789abcdef,ann:user:acme:fedcba9876543210');
 */
export function readTokens(setting: string): ApiTokens {
  const entries = setting.startsWith('@') ? linesOf(setting.slice(1)) : setting.split(',');
  const problems: string[] = [];
  const tokens = entries.flatMap((entry, index) => {
    const token = parse(entry.trim());
    if (typeof token !== 'string') return [token];
    problems.push(`entry ${index + 1}: ${token}`);
    return [];
  });
  if (tokens.length === 0 && problems.length === 0) problems.push('there is none');
  for (const [what, values] of [
    ['name', tokens.map(({ principal }) => principal.name)],
    ['secret', tokens.map(({ hash }) => hash.toString('hex'))],
  ] as const) {
    if (new Set(values).size < values.length) problems.push(`two entries have the same ${what}`);
  }
  if (problems.length > 0) {
    throw new LoadlineError('ConfigInvalid', `LOADLINE_API_TOKENS can't be used: ${problems.join('; ')}`, {
      problems: problems.map((problem) => `LOADLINE_API_TOKENS: ${problem}`),
    });
  }
  return {
    size: tokens.length,
    find(secret) {
      const hash = hashOf(secret);
      let found: Principal | null = null;
      // All are compared, each in the same time, so that how long it takes tells nothing.
      for (const token of tokens) if (timingSafeEqual(token.hash, hash)) found = token.principal;
      return found;
    },
  };
}

interface Token {
  readonly principal: Principal;
  readonly hash: Buffer;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** What is wrong with it in words, where something is. */
function parse(entry: string): Token | string {
  const [, name = '', role = '', tenant = '', secret = ''] = /^([^:]*):([^:]*):([^:]*):(.*)$/s.exec(entry) ?? [];
  if (name === '') return 'it is not name:role:tenant:secret';
  if (!isRole(role)) return `the role of ${name} is none of ${roles.join(', ')}`;
  if (tenant === '' && role !== 'admin') return `${name} has no tenant; * is all of them`;
  if (secret.length < leastSecretChars) return `the secret of ${name} has fewer than ${leastSecretChars} characters`;
  if (!/^[\x21-\x7e]+$/.test(secret)) return `the secret of ${name} has other characters than printable ASCII`;
  return { principal: { name, role, tenant: tenant || allTenants }, hash: hashOf(secret) };
}

function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

function linesOf(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    const problem = `the file ${file} can't be read (${reason})`;
    throw new LoadlineError('ConfigInvalid', `LOADLINE_API_TOKENS can't be used: ${problem}`, {
      problems: [`LOADLINE_API_TOKENS: ${problem}`],
    });
  }
  return text
    .split(/\r?\n|,/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
