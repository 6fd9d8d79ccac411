import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { shellWord } from '../../../src/domain/shell-word.ts';
import { aboutQuery } from '../api/about.ts';
import { copyText } from './copy-text.ts';
import { Menu } from './menu.tsx';

/** An action of the page in the words of a program. */
export interface Doable {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Of the API, from `/v1` on. */
  readonly path: string;
  readonly body?: unknown;
  /** The words after `loadline`, as they are (quoted where copied). */
  readonly cli: readonly string[];
  /** With `client`, a SessionClient, at hand. */
  readonly typescript: string;
}

export function curlOf({ method, path, body }: Doable, tokensRequired: boolean): string {
  const words = ['curl', ...(method === 'GET' ? [] : ['-X', method]), `${location.origin}${path}`];
  const header = tokensRequired ? ` -H "Authorization: Bearer $LOADLINE_TOKEN"` : '';
  const json = body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
  return [...words, ...json].map(shellWord).join(' ') + header;
}

/** Takes an action of the page along: as curl, for the command line, as TypeScript. */
export function CopyAs({ of, text }: { readonly of: Doable; readonly text?: string }): ReactNode {
  const tokensRequired = useQuery(aboutQuery).data?.tokensRequired ?? false;
  const cli = ['loadline', ...of.cli].map(shellWord).join(' ');
  const imports = `import { SessionClient } from 'loadline/client';\n\nconst client = new SessionClient();\n`;
  return (
    <Menu
      label="Copy as curl, CLI or TypeScript"
      icon="copy"
      {...(text === undefined ? {} : { text })}
      items={[
        { label: 'Copy as curl', onChoose: () => copyText(curlOf(of, tokensRequired), 'curl command') },
        { label: 'Copy as CLI', onChoose: () => copyText(cli, 'command') },
        { label: 'Copy as TypeScript', onChoose: () => copyText(imports + of.typescript, 'TypeScript') },
      ]}
    />
  );
}
