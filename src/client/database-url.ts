import { join } from 'node:path';

/** The store's file of a home. */
export function databaseUrlOf(home: string): string {
  return `sqlite:${join(home, 'loadline.sqlite')}`;
}
