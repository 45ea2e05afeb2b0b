import { expect, it } from 'vitest';
import { parseCsv } from '../../src/lib/csv_parse';
import { extensionOf, previewKind, textOf } from '../../src/lib/preview';

const bytesOf = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer;

it('tells by the name how a file is shown', () => {
  expect(['a/b.png', 'x.csv', 'config.json', 'README', 'run.sh', 'model.safetensors', 'page.html', 'drawing.svg', 'B.PNG', '.gitignore'].map(previewKind))
    .toEqual(['image', 'table', 'json', 'text', 'text', 'none', 'text', 'text', 'none', 'text']);
  expect(extensionOf('dir.d/file')).toBe('');
});

it('knows text from bytes, also where it is cut', () => {
  expect(textOf(bytesOf('ä€😀'), false)).toBe('ä€😀');
  expect(textOf(bytesOf('a€').slice(0, 3), true)).toBe('a');
  expect(textOf(bytesOf('a€').slice(0, 3), false)).toBeNull();
  expect(textOf(new Uint8Array([0x89, 0x50, 0xff]).buffer, false)).toBeNull();
  expect(textOf(bytesOf('a\0b'), false)).toBeNull();
});

it('reads CSV with quotes, line ends within them, and rows of any length', () => {
  expect(parseCsv('\uFEFFa,b\r\n1,"x, ""y""\nz"\r\n\r\n2\r\n3,4,5')).toEqual({
    columns: ['a', 'b', 'column 3'], rows: [['1', 'x, "y"\nz', ''], ['2', '', ''], ['3', '4', '5']],
  });
  expect(parseCsv('a\tb\n1\t2\n', '\t')).toEqual({ columns: ['a', 'b'], rows: [['1', '2']] });
  expect(parseCsv('a,b\n1,2\n3,', ',', true).rows).toEqual([['1', '2']]);
  expect(parseCsv('')).toEqual({ columns: [], rows: [] });
  expect(parseCsv('a,"open\nend').columns).toEqual(['a', 'open\nend']);
});
