import type { ReactNode } from 'react';
import { Page } from '../ui/page.tsx';

export function SessionPage({ sessionId }: { readonly sessionId: string }): ReactNode {
  return <Page title={sessionId}>{null}</Page>;
}
