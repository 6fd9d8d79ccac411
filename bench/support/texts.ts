import { readFileSync } from 'node:fs';

export const textKinds = ['English', 'code', 'CJK', 'emoji'] as const;
export type TextKind = (typeof textKinds)[number];

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const cjk = [
  '春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。',
  '祇園精舎の鐘の声、諸行無常の響きあり。',
  '나랏말싸미 듕귁에 달아 문자와로 서르 사맛디 아니할쎄',
  '请把昨天的会议记录发给我，并说明下一步的安排。',
  '東京の明日の天気と、電車の遅れを教えてください。',
];
const emoji = ['😀', '🎉', '👩‍👩‍👧‍👦', '🇩🇪', '🏳️‍🌈', '❤️', '🤷🏽‍♀️', '☕', '🚀', ' great ', ' ok '];

/** Texts of one kind, each of another length: from a line to some hundred tokens. */
export function textsOf(kind: TextKind, count: number): string[] {
  const sizes = Array.from({ length: count }, (_, index) => 60 + ((index * 97) % 900));
  if (kind === 'English' || kind === 'code') {
    const whole =
      kind === 'English' ? read('README.md') + read('docs/architecture.md') : read('src/store/session-change.ts');
    return sizes.map((size, index) => {
      const from = (index * 1511) % Math.max(1, whole.length - size);
      return whole.slice(from, from + size);
    });
  }
  const pieces = kind === 'CJK' ? cjk : emoji;
  return sizes.map((size, index) => {
    let text = '';
    for (let at = index; text.length < size / 3; at++) text += pieces[(at * 7 + index) % pieces.length];
    return text;
  });
}
