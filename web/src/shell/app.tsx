import { Suspense, useSyncExternalStore, type ReactNode } from 'react';
import { isTokenRefused, subscribeToToken } from '../api/token.ts';
import { Commands } from '../palette/commands.tsx';
import { Toasts } from '../ui/toast.tsx';
import { PageFault } from './page-fault.tsx';
import { Routes } from './routes.tsx';
import { Sidebar } from './sidebar.tsx';
import { TokenScreen } from './token-screen.tsx';
import './app.css';

export function App(): ReactNode {
  const refused = useSyncExternalStore(subscribeToToken, isTokenRefused);
  if (refused) return <TokenScreen />;
  return (
    <div className="app">
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <Sidebar />
      <main id="main" className="app-main" tabIndex={-1}>
        <PageFault>
          <Suspense fallback={<div className="app-loading" />}>
            <Routes />
          </Suspense>
        </PageFault>
      </main>
      <Commands />
      <Toasts />
    </div>
  );
}
