import type { Connection } from '@temporalio/client';

/** Keywords by which people find sessions in Temporal's own UI and command line. */
export const searchAttributes = ['LoadlineAgent', 'LoadlineUser', 'LoadlineTenant', 'LoadlineStatus'] as const;

/** `INDEXED_VALUE_TYPE_KEYWORD` of temporal.api.enums.v1. */
const keyword = 2;

/** Those of ours that a namespace does not have. Throws where the server does not let us ask. */
export async function missingSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return searchAttributes.filter((name) => customAttributes[name] !== keyword);
}

/**
 * Registers the search attributes where the server lets us. False means: run without them, everything else works.
 * (Temporal Cloud, a namespace without operator rights and one whose Keyword slots are used up all say no.)
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<boolean> {
  try {
    const names = await missingSearchAttributes(connection, namespace);
    if (names.length === 0) return true;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(names.map((name) => [name, keyword])),
    });
    return (await missingSearchAttributes(connection, namespace)).length === 0;
  } catch {
    return false;
  }
}
