import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { aboutQuery } from '../api/about.ts';
import { Badge } from '../ui/badge.tsx';
import { IconButton } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Logo } from './logo.tsx';
import { nextTheme, setTheme, useTheme, type Theme } from './theme.ts';
import './sidebar.css';

const places: readonly { readonly href: string; readonly name: string; readonly icon: IconName }[] = [
  { href: '/', name: 'Sessions', icon: 'sessions' },
  { href: '/budgets', name: 'Budgets', icon: 'budgets' },
  { href: '/usage', name: 'Usage', icon: 'usage' },
  { href: '/models', name: 'Models', icon: 'models' },
];

const themeIcons: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'sun', dark: 'moon' };

function isCurrent(href: string, location: string): boolean {
  return href === '/' ? location === '/' || location.startsWith('/sessions') : location.startsWith(href);
}

export function Sidebar(): ReactNode {
  const [location] = useLocation();
  const theme = useTheme();
  return (
    <header className="sidebar">
      <Link href="/" className="sidebar-brand">
        <Logo />
        <span>Loadline</span>
      </Link>
      <nav className="sidebar-nav" aria-label="Main">
        {places.map(({ href, name, icon }) => (
          <Link key={href} href={href} aria-current={isCurrent(href, location) ? 'page' : undefined}>
            <Icon name={icon} />
            <span>{name}</span>
          </Link>
        ))}
      </nav>
      <div className="sidebar-foot">
        <About />
        <IconButton
          icon={themeIcons[theme]}
          label={`Theme: ${theme}; change to ${nextTheme(theme)}`}
          onClick={() => setTheme(nextTheme(theme))}
        />
      </div>
    </header>
  );
}

function About(): ReactNode {
  const { data: about } = useQuery(aboutQuery);
  if (about === undefined) return <span className="sidebar-about" />;
  const { defaultModel, version } = about;
  return (
    <span className="sidebar-about">
      {defaultModel === null ? null : (
        <span className="sidebar-model" title={`${defaultModel.model}: ${defaultModel.why}`}>
          {defaultModel.simulated ? <Badge tone="wait">simulated</Badge> : defaultModel.model}
        </span>
      )}
      <span>{version}</span>
    </span>
  );
}
