/** FNV-1a, 32 bits: the same id is the same picture everywhere. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One or two letters, or whatever a name begins with: an emoji of several code points is one. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s-]+/).filter((word) => /[\p{L}\p{N}\p{Emoji}]/u.test(word));
  const known = words.filter((word) => word.toLowerCase() !== 'the');
  const chosen = known.length > 0 ? known : [name];
  return chosen
    .slice(0, 2)
    .map((word) => firstOf(word.replace(/^[^\p{L}\p{N}\p{Emoji}]+/u, '') || word).toUpperCase())
    .join('');
}

function firstOf(word: string): string {
  for (const { segment } of letters.segment(word)) return segment;
  return '';
}
