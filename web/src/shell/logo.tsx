import type { ReactNode } from 'react';
import './logo.css';

/** The load line in a square: the gauge of every page, half full, with two thresholds marked. */
export function Logo(): ReactNode {
  return (
    <svg className="logo" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <rect className="logo-post" x="1" y="3" width="2" height="14" rx="0.5" />
      <rect className="logo-post" x="17" y="3" width="2" height="14" rx="0.5" />
      <rect className="logo-load" x="4.5" y="6" width="6" height="8" rx="0.5" />
      <path className="logo-warn" d="M12.5 4v12" />
      <path className="logo-critical" d="M15 4v12" />
    </svg>
  );
}
