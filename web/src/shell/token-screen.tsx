import { useState, type FormEvent, type ReactNode } from 'react';
import { queryClient } from '../api/query-client.ts';
import { readToken, setToken } from '../api/token.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Logo } from './logo.tsx';
import './token-screen.css';

/** Asks for the token that the API wants. It is kept in this tab only. */
export function TokenScreen(): ReactNode {
  const [token, change] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token.trim() === '') return;
    setToken(token.trim());
    void queryClient.resetQueries();
  };
  return (
    <main className="token-screen">
      <form className="card token-card" onSubmit={submit}>
        <Logo />
        <h1>{readToken() === null ? 'Access token' : 'That token was refused'}</h1>
        <p className="muted">
          This Loadline answers to those who have one of its tokens (LOADLINE_API_TOKENS). It is kept in this tab only.
        </p>
        <TextField
          label="Token"
          type="password"
          value={token}
          autoFocus
          onChange={(event) => change(event.target.value)}
        />
        <Button type="submit" tone="primary" disabled={token.trim() === ''}>
          Continue
        </Button>
      </form>
    </main>
  );
}
