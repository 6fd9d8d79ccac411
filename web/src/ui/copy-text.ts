import { toast, toastError } from './toast.tsx';

/** @param what it is, for the person who is told that it was copied. */
export function copyText(text: string, what: string): void {
  // Browsers keep it from pages that another machine serves without TLS.
  if (!isSecureContext) return toast('This browser lets a page copy only over HTTPS or on this machine', 'failed');
  navigator.clipboard.writeText(text).then(() => toast(`Copied the ${what}`), toastError);
}
