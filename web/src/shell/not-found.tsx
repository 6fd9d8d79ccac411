import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Page } from '../ui/page.tsx';

export function NotFound(): ReactNode {
  return (
    <Page title="Not found">
      <p className="empty">
        There is no such page. <Link href="/">Go to the sessions</Link>
      </p>
    </Page>
  );
}
