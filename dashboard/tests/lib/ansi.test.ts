import { describe, expect, it } from 'vitest';
import { parseAnsi, xtermColor } from '../../src/lib/ansi';

const esc = '\u001b';
const texts = (text: string) => parseAnsi(text).map((piece) => piece.text);

describe('parseAnsi', () => {
  it('leaves plain text whole', () => expect(texts('step 1 <b>')).toEqual(['step 1 <b>']));

  it('colours, and returns to plain', () => {
    const pieces = parseAnsi(`a${esc}[1;31mb${esc}[0mc`);
    expect(pieces.map((p) => [p.text, p.style.color, p.style.bold])).toEqual([['a', null, false], ['b', 1, true], ['c', null, false]]);
  });

  it('knows bright, 256 and true colours', () => {
    const color = (codes: string) => parseAnsi(`${esc}[${codes}mx`)[0]?.style.color;
    expect(color('92')).toBe(10);
    expect(color('38;5;208')).toBe('#ff8700');
    expect(color('38;2;1;2;300')).toBe('#0102ff');
    expect(parseAnsi(`${esc}[48;5;4mx`)[0]?.style.background).toBe(4);
  });

  it('goes on after an extended colour', () => {
    expect(parseAnsi(`${esc}[38;5;9;1mx`)[0]?.style).toMatchObject({ color: 9, bold: true });
  });

  it('drops cursor movement, titles, links and control characters', () => {
    expect(texts(`${esc}[2K${esc}[1Ga${esc}]0;title\u0007b${esc}]8;;http://x${esc}\\c\u0008\u0000d`).join('')).toBe('abcd');
  });

  it('survives a sequence that is cut off', () => expect(texts(`ab${esc}[3`).join('')).toMatch(/^ab/));
});

it('xtermColor follows the cube and the greys', () => {
  expect([xtermColor(16), xtermColor(231), xtermColor(232), xtermColor(255)]).toEqual(['#000000', '#ffffff', '#080808', '#eeeeee']);
});
