// What the comparison of pictures takes and what it refuses: node --test FILE, and part of pictures.mjs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { comparePictures } from './compare.mjs';
import { decodePng, encodePng } from './png.mjs';

const kPaper = [246, 247, 249];
const kInk = [23, 26, 32];
const kBlue = [52, 81, 198];

function fill(picture, left, top, width, height, colour) {
  for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) picture.pixels.set(colour, (y * picture.width + x) * 3);
  return picture;
}
const paper = () => fill({ width: 128, height: 96, pixels: new Uint8Array(128 * 96 * 3) }, 0, 0, 128, 96, kPaper);

// A word as strokes one pixel wide.
function word(picture, left, top) {
  for (let letter = 0; letter < 6; letter++) fill(picture, left + 4 * letter, top, 1, 8, kInk);
  return picture;
}
const box = (picture, left, colour) => fill(picture, left, 20, 40, 30, colour);
const reference = () => word(box(paper(), 70, kBlue), 10, 10);
const isSame = (a, b) => comparePictures(a, b).same;

describe('comparison', () => {
  test('takes the same, what is smoothed otherwise, and what lies one pixel beside', () => {
    assert.ok(isSame(reference(), reference()));
    assert.ok(isSame(reference(), word(box(paper(), 71, kBlue), 11, 10)));
    const smoothed = fill(fill(reference(), 10, 10, 1, 8, [120, 122, 126]), 11, 10, 1, 8, [160, 162, 166]);
    assert.ok(isSame(reference(), smoothed));
  });

  test('refuses a lost word, a moved box, another colour, and another size', () => {
    assert.ok(!isSame(reference(), box(paper(), 70, kBlue)));
    assert.ok(!isSame(reference(), word(box(paper(), 73, kBlue), 10, 10)));
    assert.ok(!isSame(reference(), word(box(paper(), 70, [52, 81, 170]), 10, 10)));
    // The page's ground instead of a card's, the nearest two colours that there are.
    assert.ok(!isSame(box(paper(), 70, [255, 255, 255]), paper()));
    assert.ok(!isSame(reference(), { width: 96, height: 128, pixels: reference().pixels }));
  });

  test('says where most of it is, and marks it', () => {
    const { text, marked } = comparePictures(reference(), box(paper(), 70, kBlue));
    assert.match(text, /^48 pixels differ .* in the one at 0,0$/);
    const at = (10 * 128 + 10) * 3;
    assert.deepEqual([...marked.pixels.slice(at, at + 3)], [220, 0, 0]);
  });

  test('PNG is read as it was written, with few colours what is flat exactly', () => {
    const same = (a, b) => assert.ok(Buffer.from(a.pixels).equals(Buffer.from(b.pixels)));
    const mixed = paper();
    for (let i = 0; i < mixed.pixels.length; i++) mixed.pixels[i] = (i * 7919) % 251;
    same(decodePng(encodePng(mixed, 'all')), mixed);
    const flat = fill(paper(), 10, 10, 50, 50, [247, 247, 249]);
    same(decodePng(encodePng(flat, 'few')), flat);
    assert.throws(() => decodePng(Buffer.from('nothing of the kind, but long enough')), /not a PNG/);
  });
});
