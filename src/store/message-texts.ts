import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Part } from '../domain/messages.ts';
import type { Connection } from './database.ts';
import { query } from './query.ts';
import { toStoredMessage } from './records.ts';
import type { MessageTextsTable } from './schema.ts';
import type { StoredMessage } from './store.ts';

/** Longer ones are found by their beginning. */
const indexedChars = 20_000;

const insertText = query<MessageTextsTable>()((db, arg) =>
  db.insertInto('message_texts').values({ session_key: arg('session_key'), text: arg('text'), seq: arg('seq') }),
);

const matching = query<{ match: string; sessionId: string; limit: number }>()((db, arg) =>
  db
    .selectFrom('message_texts')
    .innerJoin('messages', (join) => join.onRef('messages.seq', '=', 'message_texts.seq'))
    .selectAll('messages')
    .where(sql<string>`message_texts`, 'match' as '=', arg('match'))
    .where('messages.session_id', '=', arg('sessionId'))
    .orderBy(sql`rank`)
    .limit(arg('limit')),
);

const containing = query<{ sessionId: string; pattern: string; limit: number }>()((db, arg) =>
  db
    .selectFrom('messages')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('parts', 'like', arg('pattern'))
    .orderBy('seq', 'desc')
    .limit(arg('limit')),
);

/** A session as one word of the index, whatever its id is made of. */
function sessionKey(sessionId: string): string {
  return `s${createHash('sha256').update(sessionId).digest('hex').slice(0, 20)}`;
}

function textsOf(parts: readonly Part[]): string {
  return parts
    .flatMap((part) => {
      if (part.type === 'text') return [part.text];
      if (part.type !== 'tool-result') return [];
      return [typeof part.output === 'string' ? part.output : JSON.stringify(part.output)];
    })
    .join('\n')
    .slice(0, indexedChars);
}

/** Makes a message's texts findable, in the transaction that stores it. */
export async function indexMessage(
  connection: Connection,
  sessionId: string,
  seq: number,
  parts: readonly Part[],
): Promise<void> {
  const text = textsOf(parts);
  if (text.trim() === '') return;
  await connection.run(insertText, { session_key: sessionKey(sessionId), text, seq });
}

/**
 * Messages with all of the words, else with some of them, the best match first; else those that hold the text as it
 * stands, which is what finds a part of a word or a script that writes no spaces.
 */
export async function searchMessages(
  connection: Connection,
  sessionId: string,
  { text, limit }: { readonly text: string; readonly limit: number },
): Promise<readonly StoredMessage[]> {
  const words = (text.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, 32).map((word) => `"${word}"`);
  if (words.length > 0) {
    for (const joiner of [' AND ', ' OR ']) {
      const match = `session_key:${sessionKey(sessionId)} AND text:(${words.join(joiner)})`;
      const found = await connection.all(matching, { match, sessionId, limit });
      if (found.length > 0) return found.map(toStoredMessage);
    }
  }
  const literal = JSON.stringify(text.trim()).slice(1, -1).replaceAll(/[%_]/g, '_');
  if (literal === '') return [];
  const found = await connection.all(containing, { sessionId, pattern: `%${literal}%`, limit });
  return found.map(toStoredMessage);
}
