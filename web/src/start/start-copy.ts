import type { StartRequest } from '../api/sessions.ts';
import type { Doable } from '../ui/copy-as.tsx';

/** Starting a session, in the words of a program. */
export function startCopy({ agent, sessionId, user }: StartRequest): Doable {
  const options = { ...(sessionId === undefined ? {} : { id: sessionId }), ...(user === undefined ? {} : { user }) };
  const given = Object.keys(options).length === 0 ? '' : `, ${JSON.stringify(options)}`;
  return {
    method: 'POST',
    path: '/v1/sessions',
    body: { agent, ...(sessionId === undefined ? {} : { sessionId }), ...(user === undefined ? {} : { user }) },
    cli: [
      'start',
      '--agent',
      agent,
      ...(sessionId === undefined ? [] : ['--session', sessionId]),
      ...(user === undefined ? [] : ['--user', user]),
    ],
    typescript: `const session = client.session(${JSON.stringify(agent)}${given});\nawait session.start();\n`,
  };
}
