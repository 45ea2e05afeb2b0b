// PNG as these tests need it: three bytes a pixel in memory, no alpha, no interlace.
// A picture is { width, height, pixels: Uint8Array of width * height * 3, row by row }.
import { constants, crc32, deflateSync, inflateSync } from 'node:zlib';

const kSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const kChannels = { 2: 3, 3: 1, 6: 4 }; // by colour type: RGB, places in a palette, RGBA
const kMostPixels = 1 << 26;

function chunksOf(bytes) {
  const chunks = [];
  for (let at = kSignature.length; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

// PNG's predictor: whichever of left, above and above left is nearest to left + above − above left.
function paeth(a, b, c) {
  const [da, db, dc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return da <= db && da <= dc ? a : db <= dc ? b : c;
}

// Of `to`, filtered rows of `stride` bytes, each after the number of its filter: made plain in place.
function unfilter(rows, stride, step) {
  const above = (at, x) => (at > stride ? rows[at - stride - 1 + x] : 0);
  for (let at = 0; at < rows.length; at += stride + 1) {
    const filter = rows[at];
    const row = at + 1;
    if (filter === 0) continue;
    for (let x = 0; x < stride; x++) {
      const a = x >= step ? rows[row + x - step] : 0;
      const b = above(row, x);
      const c = x >= step ? above(row, x - step) : 0;
      rows[row + x] += filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : paeth(a, b, c);
    }
  }
}

export function decodePng(bytes) {
  const chunks = chunksOf(bytes);
  const head = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (!bytes.subarray(0, 8).equals(kSignature) || head === undefined) throw new Error('not a PNG file');
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const channels = kChannels[head[9]];
  if (head[8] !== 8 || channels === undefined || head[12] !== 0 || width * height > kMostPixels) throw new Error(`a PNG of colour type ${head[9]}, ${head[8]} bits, ${width} x ${height}: only RGB and palettes are read`);
  const rows = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  unfilter(rows, width * channels, channels);
  const palette = channels === 1 ? chunks.find(({ type }) => type === 'PLTE').data : null;
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = y * (width * channels + 1) + 1; x < width; x++, from += channels, to += 3) {
      const [colours, place] = palette ? [palette, rows[from] * 3] : [rows, from];
      pixels[to] = colours[place];
      pixels[to + 1] = colours[place + 1];
      pixels[to + 2] = colours[place + 2];
    }
  }
  return { width, height, pixels };
}

function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

const kMostColours = 256;
const kApart = 9;
const kFlatPixels = 400;
const kMostFlat = 64;
const channelsOf = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

// Colours by how often they are there, and for each its nearest in the palette so far, which grows.
class Palette {
  constructor(pixels) {
    const counts = new Map();
    for (let i = 0; i < pixels.length; i += 3) {
      const colour = (pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2];
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    this.all = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour, count]) => ({ colour, count, channels: channelsOf(colour), place: 0, error: Infinity }));
    this.colours = [];
  }

  add({ channels: [r, g, b] }) {
    const place = this.colours.push([r, g, b]) - 1;
    for (const one of this.all) {
      const [u, v, w] = one.channels;
      const error = Math.max(Math.abs(r - u), Math.abs(g - v), Math.abs(b - w));
      if (error < one.error) Object.assign(one, { place, error });
    }
  }
}

// What is flat keeps its colour. Then the most frequent colours; then, until none is kApart from its nearest, the one that
// is worst off.
function paletteOf(pixels) {
  const palette = new Palette(pixels);
  for (const one of palette.all) if (one.count >= kFlatPixels && palette.colours.length < kMostFlat) palette.add(one);
  for (const one of palette.all) if (one.error >= kApart && palette.colours.length < kMostColours / 2) palette.add(one);
  while (palette.colours.length < kMostColours) {
    const worst = palette.all.reduce((a, b) => (b.error > a.error ? b : a));
    if (worst.error < kApart) break;
    palette.add(worst);
  }
  return { colours: palette.colours, places: new Map(palette.all.map(({ colour, place }) => [colour, place])) };
}

const kFilterUp = 2;

// { head's colour type, palette or null, the rows: each after its filter's number }
function rowsOf({ width, height, pixels }, colours) {
  const step = colours === 'all' ? 3 : 1;
  const stride = width * step;
  const rows = Buffer.alloc(height * (stride + 1));
  if (colours === 'all') {
    for (let y = 0; y < height; y++) {
      rows[y * (stride + 1)] = kFilterUp;
      for (let x = 0; x < stride; x++) rows[y * (stride + 1) + 1 + x] = pixels[y * stride + x] - (y > 0 ? pixels[(y - 1) * stride + x] : 0);
    }
    return { type: 2, palette: [], rows };
  }
  const { colours: palette, places } = paletteOf(pixels);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += 3) rows[y * (width + 1) + 1 + x] = places.get((pixels[from] << 16) | (pixels[from + 1] << 8) | pixels[from + 2]);
  }
  return { type: 3, palette: [chunk('PLTE', Buffer.from(palette.flat()))], rows };
}

// `colours`: 'all', or 'few' for 256 at most: a third of the bytes, and what is flat keeps its exact colour.
export function encodePng(picture, colours) {
  const { type, palette, rows } = rowsOf(picture, colours);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(picture.width, 0);
  head.writeUInt32BE(picture.height, 4);
  head.set([8, type, 0, 0, 0], 8);
  const data = deflateSync(rows, { level: constants.Z_BEST_COMPRESSION, memLevel: 9 });
  return Buffer.concat([kSignature, chunk('IHDR', head), ...palette, chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}
