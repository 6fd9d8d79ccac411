import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { aboutQuery } from '../api/about.ts';
import { getSessions, startStory } from '../api/sessions.ts';
import { sessionLink } from '../shell/links.ts';
import { setTheme, type Theme } from '../shell/theme.ts';
import { stories } from '../start/stories.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Modal } from '../ui/modal.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { toastError } from '../ui/toast.tsx';
import { activityOf } from '../sessions/activity.ts';
import './palette.css';

const places: readonly { readonly href: string; readonly name: string; readonly icon: IconName }[] = [
  { href: '/', name: 'Sessions', icon: 'sessions' },
  { href: '/budgets', name: 'Budgets', icon: 'budgets' },
  { href: '/usage', name: 'Usage', icon: 'usage' },
  { href: '/models', name: 'Models', icon: 'models' },
];

const themes: readonly { readonly theme: Theme; readonly name: string; readonly icon: IconName }[] = [
  { theme: 'light', name: 'Light theme', icon: 'sun' },
  { theme: 'dark', name: 'Dark theme', icon: 'moon' },
  { theme: 'system', name: 'Theme of the system', icon: 'system' },
];

const shownSessions = 8;
const pauseMs = 120;

export interface PaletteProps {
  readonly onClose: () => void;
  readonly onStart: () => void;
  readonly onKeys: () => void;
}

/** Everything by its name: pages, sessions by the beginning of their ids, and what can be done. */
export function Palette({ onClose, onStart, onKeys }: PaletteProps): ReactNode {
  const [text, setText] = useState('');
  const [, go] = useLocation();
  const about = useQuery(aboutQuery).data;
  const sessions = useFound(text.trim());
  const then = (act: () => void) => () => {
    onClose();
    act();
  };
  const tell = (name: string): void => {
    startStory(name).then(({ sessionId }) => go(sessionLink(sessionId)), toastError);
  };
  return (
    <Modal className="palette" label="Commands" onClose={onClose}>
      <Command label="Commands" loop>
        <div className="palette-field">
          <Icon name="search" />
          <Command.Input
            value={text}
            onValueChange={setText}
            placeholder="A page, an action, the id of a session"
            data-autofocus
          />
        </div>
        <Command.List>
          <Command.Empty>Nothing of that name.</Command.Empty>
          <Command.Group heading="Do">
            <Entry icon="plus" name="New session" onSelect={then(onStart)} />
            <Entry icon="keyboard" name="Show the keys" onSelect={then(onKeys)} />
          </Command.Group>
          {sessions.length === 0 ? null : (
            <Command.Group heading="Sessions">
              {sessions.map((session) => (
                <Command.Item
                  key={session.sessionId}
                  value={`session ${session.sessionId} ${session.agent} ${session.user ?? ''}`}
                  onSelect={then(() => go(sessionLink(session.sessionId)))}
                >
                  <StatusDot activity={activityOf(session)} />
                  <span className="palette-name">{session.sessionId}</span>
                  <span className="palette-more">{[session.agent, session.user].filter(Boolean).join(' · ')}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          <Command.Group heading="Go to">
            {places.map(({ href, name, icon }) => (
              <Entry key={href} icon={icon} name={name} onSelect={then(() => go(href))} />
            ))}
          </Command.Group>
          {about?.stories === true ? (
            <Command.Group heading="Stories on the simulator">
              {stories.map(({ name, title, icon }) => (
                <Entry key={name} icon={icon} name={title} onSelect={then(() => tell(name))} />
              ))}
            </Command.Group>
          ) : null}
          <Command.Group heading="Theme">
            {themes.map(({ theme, name, icon }) => (
              <Entry key={theme} icon={icon} name={name} onSelect={then(() => setTheme(theme))} />
            ))}
          </Command.Group>
        </Command.List>
      </Command>
    </Modal>
  );
}

interface EntryProps {
  readonly icon: IconName;
  readonly name: string;
  readonly onSelect: () => void;
}

function Entry({ icon, name, onSelect }: EntryProps): ReactNode {
  return (
    <Command.Item onSelect={onSelect}>
      <Icon name={icon} />
      <span className="palette-name">{name}</span>
    </Command.Item>
  );
}

/** The newest sessions whose id or user begins with this. */
function useFound(text: string) {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useQuery({
    queryKey: ['sessions', 'palette', settled],
    queryFn: ({ signal }) => getSessions(settled === '' ? {} : { q: settled }, null, signal, shownSessions),
    placeholderData: (before) => before,
  });
  return found.data?.sessions ?? [];
}
