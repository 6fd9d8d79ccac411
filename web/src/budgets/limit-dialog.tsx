import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { BudgetStatus } from '../../../src/client/budget-api.ts';
import {
  budgetScopes,
  budgetUnits,
  budgetWindows,
  type BudgetScope,
  type BudgetUnit,
  type BudgetWindow,
} from '../../../src/domain/budget.ts';
import { budgetName } from '../../../src/domain/budget-words.ts';
import { setBudget } from '../api/budgets.ts';
import { messageOf } from '../api/problem.ts';
import { Button } from '../ui/button.tsx';
import { CopyAs } from '../ui/copy-as.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { toast } from '../ui/toast.tsx';
import { limitDoable, readAmount, settingOf, shownAmount, unitWords } from './budget-words.ts';

export interface LimitDialogProps {
  /** Whose limit it is; `null`: a budget of its own is made. */
  readonly budget: BudgetStatus | null;
  readonly onClose: () => void;
}

/** Sets a limit from now on, in place of the config's. */
export function LimitDialog({ budget, onClose }: LimitDialogProps): ReactNode {
  const queries = useQueryClient();
  const [scope, setScope] = useState<BudgetScope>(budget?.scope ?? 'user');
  const [key, setKey] = useState(budget?.key ?? '');
  const [window, setWindow] = useState<BudgetWindow>(budget?.window ?? 'day');
  const [unit, setUnit] = useState<BudgetUnit>(budget?.unit ?? 'tokens');
  const [timeZone, setTimeZone] = useState(budget?.timeZone ?? 'UTC');
  const [text, setText] = useState(budget === null ? '' : String(budget.limit));
  const limit = readAmount(text);
  const target = { scope, key: scope === 'all' || key.trim() === '' ? null : key.trim(), window, unit, timeZone };
  const set = useMutation({
    mutationFn: (amount: number) => setBudget(settingOf(target, amount)),
    onSuccess: async (now) => {
      toast(`The limit of ${budgetName(target)} is ${shownAmount(now.limit, unit)}`);
      onClose();
      await queries.invalidateQueries({ queryKey: ['budgets'] });
    },
  });
  return (
    <Dialog
      title={budget === null ? 'Set a budget' : `Limit of ${budgetName(budget)}`}
      onClose={onClose}
      onSubmit={() => {
        if (limit !== null) set.mutate(limit);
      }}
      actions={
        <>
          {limit === null ? null : <CopyAs of={limitDoable(target, limit)} />}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={set.isPending} disabled={limit === null}>
            Set limit
          </Button>
        </>
      }
    >
      {budget === null ? (
        <div className="budget-form">
          <SelectField label="Scope" value={scope} onChange={(event) => setScope(event.target.value as BudgetScope)}>
            {budgetScopes.map((one) => (
              <option key={one} value={one}>
                {one === 'all' ? 'everything' : one}
              </option>
            ))}
          </SelectField>
          {scope === 'all' ? null : (
            <TextField
              label={`Which ${scope}`}
              placeholder={`every ${scope} of its own`}
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
          <SelectField
            label="Window"
            value={window}
            onChange={(event) => setWindow(event.target.value as BudgetWindow)}
          >
            {budgetWindows.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </SelectField>
          <SelectField label="Counts" value={unit} onChange={(event) => setUnit(event.target.value as BudgetUnit)}>
            {budgetUnits.map((one) => (
              <option key={one} value={one}>
                {unitWords[one]}
              </option>
            ))}
          </SelectField>
          {window === 'lifetime' ? null : (
            <TextField
              label="Time zone"
              hint="Whose calendar the window follows"
              value={timeZone}
              onChange={(event) => setTimeZone(event.target.value)}
            />
          )}
        </div>
      ) : null}
      <TextField
        label={`Limit, ${unitWords[unit]}`}
        inputMode="decimal"
        value={text}
        autoFocus={budget !== null}
        onChange={(event) => setText(event.target.value)}
      />
      <p className="muted">
        It holds for this window and all later ones, in place of the config's. Calls that are in flight keep what they
        have reserved.
      </p>
      {set.isError ? (
        <p className="budget-problem" role="alert">
          {messageOf(set.error)}
        </p>
      ) : null}
    </Dialog>
  );
}
