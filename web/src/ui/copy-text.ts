import { toast, toastError } from './toast.tsx';

/** @param what it is, for the person who is told that it was copied. */
export function copyText(text: string, what: string): void {
  navigator.clipboard.writeText(text).then(() => toast(`Copied the ${what}`), toastError);
}
