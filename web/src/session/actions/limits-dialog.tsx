import { useState, type ReactNode } from 'react';
import type { LimitsInForce } from '../../../../src/domain/agent.ts';
import { setLimits } from '../../api/sessions.ts';
import { TextField } from '../../ui/field.tsx';
import { ActionDialog } from './action-dialog.tsx';
import { limitsCopy } from './copies.ts';
import { limitGroups, patchOf, shownLimit } from './limit-fields.ts';
import './limits-dialog.css';

export interface LimitsDialogProps {
  readonly sessionId: string;
  readonly limits: LimitsInForce;
  readonly onClose: () => void;
}

/** Changes limits and thresholds of this session alone. */
export function LimitsDialog({ sessionId, limits, onClose }: LimitsDialogProps): ReactNode {
  const [edited, setEdited] = useState<Readonly<Record<string, string>>>({});
  // Those that were in force when it was opened: what is typed must not move.
  const [before] = useState(limits);
  const patch = patchOf(before, edited);
  const changes = patch !== null && Object.keys(patch).length > 0;
  return (
    <ActionDialog
      sessionId={sessionId}
      title="Limits of this session"
      verb="Change"
      copy={limitsCopy(sessionId, patch ?? {})}
      act={changes ? () => setLimits(sessionId, patch) : null}
      done={() => 'The limits are changed'}
      onClose={onClose}
    >
      <p className="muted">Empty is none. They hold from now on, for this session alone.</p>
      {limitGroups.map(({ title, fields }) => (
        <fieldset key={title} className="limits-group">
          <legend>{title}</legend>
          {fields.map((field) => (
            <TextField
              key={field.path}
              label={field.label}
              inputMode="decimal"
              value={edited[field.path] ?? shownLimit(before, field)}
              placeholder={field.optional ? 'none' : ''}
              onChange={(event) => setEdited({ ...edited, [field.path]: event.target.value })}
            />
          ))}
        </fieldset>
      ))}
    </ActionDialog>
  );
}
