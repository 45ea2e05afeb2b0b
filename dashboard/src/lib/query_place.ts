// A place in a query's text, as the server counts it (bytes of UTF-8), for showing it.

export interface Marked {
  before: string;
  at: string;
  after: string;
}

const bytesOf = (character: string): number => new TextEncoder().encode(character).length;

// `at` is the word that begins there; one space at the end of the text.
export function markPlace(text: string, position: number): Marked {
  let bytes = 0;
  let index = 0;
  for (const character of text) {
    if (bytes >= position) break;
    bytes += bytesOf(character);
    index += character.length;
  }
  const rest = text.slice(index);
  const at = /^[^\s,()[\]]+|^[\s\S]/u.exec(rest)?.[0] ?? ' ';
  return { before: text.slice(0, index), at, after: rest.slice(at === ' ' && rest === '' ? 0 : at.length) };
}
