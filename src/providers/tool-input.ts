/** The arguments that a model wrote: parsed, or the raw text where that is no JSON. Nothing at all is an empty object. */
export function parseToolInput(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Arguments in the form that every provider takes back: an object.
 *
 * Servers parse the arguments of earlier calls again and refuse the whole request where they are no JSON object, so
 * what a model once got wrong is wrapped.
 */
export function toolInputObject(input: unknown): Record<string, unknown> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return { ...input };
  return { rawInvalidInput: input ?? null };
}

/** A tool's result as text: JSON unless it is a string already. */
export function toolOutputText(output: unknown): string {
  if (typeof output === 'string') return output;
  return JSON.stringify(output) ?? '';
}

/**
 * A called tool's name in a form that every provider takes back: a model may have made one up with signs for which OpenAI
 * and Anthropic would refuse the session's every later request.
 */
export function toolName(called: string): string {
  return called.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || '_';
}
