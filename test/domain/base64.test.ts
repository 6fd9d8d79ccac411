import { describe, expect, it } from '@jest/globals';
import { isBase64 } from '../../src/domain/base64.ts';

describe('base64', () => {
  it('is told from other text, however long it is', () => {
    expect(['YQ==', 'YWI=', 'YWJj', 'YQ', 'A'.repeat(20_000_000)].map(isBase64)).toEqual(Array(5).fill(true));
    expect(['', '=', '==', 'Y Q=', 'YQ===', 'YQ==\n', `${'A'.repeat(20_000_000)}-`].map(isBase64)).toEqual(
      Array(7).fill(false),
    );
  });
});
