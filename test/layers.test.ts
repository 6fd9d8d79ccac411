import { describe, expect, it } from '@jest/globals';
import { layerViolation } from '../scripts/lint/layers-plugin.ts';

describe('layers', () => {
  it('lets an import go down', () => {
    expect(layerViolation('/p/src/workflows/session.ts', '../domain/usage.ts')).toBeNull();
    expect(layerViolation('/p/src/models/catalogue.ts', '../providers/wires/chat.ts')).toBeNull();
  });

  it('lets the dashboard have types of all layers, and what is pure', () => {
    expect(layerViolation('web/src/api/sessions.ts', '../../../src/client/api.ts', true)).toBeNull();
    expect(layerViolation('web/src/ui/num.tsx', '../../../src/domain/figures.ts')).toBeNull();
    expect(layerViolation('web/src/ui/num.tsx', '../../../src/client/session.ts')).toContain('may import types');
  });

  it.each([
    ['/p/src/domain/usage.ts', '../store/rows.ts'],
    ['/p/src/domain/usage.ts', 'node:fs'],
    ['/p/src/workflows/session.ts', '../activities/call.ts'],
    ['/p/src/workflows/agent/loop.ts', '@temporalio/client'],
    ['/p/src/providers/openai.ts', '../models/catalogue.ts'],
    ['/p/src/store/ledger.ts', '../index.ts'],
    ['/p/src/worker/home.ts', '../cli/main.ts'],
  ])('refuses that %s imports %s', (file, specifier) => {
    expect(layerViolation(file, specifier)).toContain('may not import');
  });
});
