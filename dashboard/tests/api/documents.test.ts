import { expect, it, vi } from 'vitest';
import { bytesOver, kMostSpecBytes, makeDocument, writeDocument } from '../../src/api/documents';
import { reportSpec } from '../../src/lib/report';

const specOf = (text: string) => reportSpec([{ kind: 'markdown', text }]);
const kAround = JSON.stringify(specOf('')).length;

it('counts a spec in bytes of UTF-8, with what JSON adds to it', () => {
  const room = kMostSpecBytes - kAround;
  expect(bytesOver(specOf('x'.repeat(room)))).toBe(0);
  expect(bytesOver(specOf('x'.repeat(room + 1)))).toBe(1);
  // Bytes in place of characters: 2 of ä, 3 of 字, 4 of a pair of surrogates, 2 of a line's end, 6 of a bare control character.
  for (const [text, bytes] of [['\u00e4', 2], ['\u5b57', 3], ['\u{1f600}', 4], ['\n', 2], ['"', 2], ['\u0001', 6]] as const) {
    const count = Math.floor(room / bytes);
    const rest = room - count * bytes;
    expect(bytesOver(specOf(text.repeat(count) + 'x'.repeat(rest)))).toBe(0);
    expect(bytesOver(specOf(text.repeat(count + 1) + 'x'.repeat(rest)))).toBe(bytes);
  }
});

it('sends nothing that is too long, and says by how much', async () => {
  const fetched = vi.fn();
  vi.stubGlobal('fetch', fetched);
  const long = { name: 'Long', spec: specOf('x'.repeat(kMostSpecBytes - kAround + 1234)) };
  await expect(makeDocument('p', 'reports', long)).rejects.toMatchObject({ code: 'too_large', message: 'Long would be 1,234 bytes too long' });
  await expect(writeDocument('p', 'reports', 'id', 1, long)).rejects.toMatchObject({ code: 'too_large' });
  expect(fetched).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
});
