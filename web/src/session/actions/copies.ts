import type { CompactRequest } from '../../../../src/domain/session.ts';
import type { ApprovalAnswer } from '../../../../src/domain/approval.ts';
import type { LimitsPatch } from '../../../../src/domain/agent.ts';
import { sessionPath } from '../../api/sessions.ts';
import type { Doable } from '../../ui/copy-as.tsx';

/** What can be done to a session, in the words of a program. */

function existing(sessionId: string): string {
  return `const session = client.existing(${JSON.stringify(sessionId)});\n`;
}

export function sendCopy(sessionId: string, text: string): Doable {
  const said = text.trim() === '' ? 'Hello' : text;
  return {
    method: 'POST',
    path: sessionPath(sessionId, '/messages'),
    body: { text: said },
    cli: ['send', sessionId, said],
    typescript: `${existing(sessionId)}const run = await session.send(${JSON.stringify(said)});\nconsole.log(run.text);\n`,
  };
}

export function cancelCopy(sessionId: string): Doable {
  return {
    method: 'POST',
    path: sessionPath(sessionId, '/cancel'),
    body: {},
    cli: ['cancel', sessionId],
    typescript: `${existing(sessionId)}await session.cancel();\n`,
  };
}

export function compactCopy(sessionId: string, request: CompactRequest): Doable {
  const { keepRuns } = request;
  const given = keepRuns === undefined ? '' : `{ keepRuns: ${keepRuns} }`;
  return {
    method: 'POST',
    path: sessionPath(sessionId, '/compact'),
    body: request,
    cli: ['compact', sessionId, ...(keepRuns === undefined ? [] : ['--keep-runs', String(keepRuns)])],
    typescript: `${existing(sessionId)}const { tokensSaved } = await session.compact(${given});\n`,
  };
}

/** `limits` takes `name=value` words, thresholds by their path. */
function limitWords(patch: LimitsPatch): string[] {
  const words = (value: unknown, path: string): string[] => {
    if (typeof value !== 'object' || value === null)
      return [`${path}=${value === null ? 'none' : JSON.stringify(value)}`];
    return Object.entries(value).flatMap(([name, inner]) => words(inner, path === '' ? name : `${path}.${name}`));
  };
  return words(patch, '');
}

export function limitsCopy(sessionId: string, patch: LimitsPatch): Doable {
  return {
    method: 'POST',
    path: sessionPath(sessionId, '/limits'),
    body: patch,
    cli: ['limits', sessionId, ...limitWords(patch)],
    typescript: `${existing(sessionId)}await session.setLimits(${JSON.stringify(patch)});\n`,
  };
}

export function closeCopy(sessionId: string, reason: string): Doable {
  const given = reason === '' ? {} : { reason };
  return {
    method: 'POST',
    path: sessionPath(sessionId, '/close'),
    body: given,
    cli: ['close', sessionId, ...(reason === '' ? [] : ['--reason', reason])],
    typescript: `${existing(sessionId)}await session.close(${reason === '' ? '' : JSON.stringify(given)});\n`,
  };
}

export function approveCopy(sessionId: string, answer: ApprovalAnswer): Doable {
  return {
    method: 'POST',
    path: sessionPath(sessionId, '/approvals'),
    body: answer,
    cli: [
      'approve',
      sessionId,
      answer.callId,
      ...(answer.approved ? [] : ['--deny']),
      ...(answer.reason === undefined ? [] : ['--reason', answer.reason]),
    ],
    typescript: `${existing(sessionId)}await session.approve(${JSON.stringify(answer)});\n`,
  };
}
