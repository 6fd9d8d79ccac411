const keyShapes = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek, Together, Groq, xAI, Cerebras, Hugging Face, Google.
  /\b(?:sk|gsk|xai|csk|tgp|hf)[-_][\w*.…-]{6,}/g,
  /\bAIza[\w*-]{10,}/g,
  /\bBearer\s+[^\s"',;]+/gi,
  /\b(?:api[-_ ]?key|x-api-key|access[-_ ]?token)\b["']?\s*[:=]\s*["']?[^\s"',;&}]+/gi,
];

/** A shorter "key" is a placeholder such as `none`, and a word of ordinary messages. */
const shortestSecret = 8;

/** The text without anything that is, or looks like, a key: providers repeat a wrong one in their answers. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= shortestSecret) clean = clean.replaceAll(secret, '[key]');
  }
  return keyShapes.reduce((result, shape) => result.replace(shape, '[key]'), clean);
}
