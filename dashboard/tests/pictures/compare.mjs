// Whether two pictures of a page show the same, however a browser's version smooths letters and lines.
//
// A pixel is different if it is neither in the reference nor, the other way round, the reference's pixel in the drawn
// picture: "in" means between the least and the greatest value of the pixel and its eight neighbours, in each of red, green
// and blue, kSlack added. So what moves by one pixel or is smoothed otherwise is the same, and what moves by more, is
// missing or has another colour is not: a lost letter is dark where the drawn picture is light all around.
// It is counted in tiles, because a lost label is little of a page and much of its place.

const kSlack = 8;
const kTile = 32;
// Differing pixels of one tile: a letter of another font's version has as many at most, a lost word has more.
export const kMostInTile = 20;
// And of all tiles together, as a share of the picture.
export const kMostShare = 0.001;

function isIn(picture, x, y, from, at) {
  const { width, height, pixels } = picture;
  for (let channel = 0; channel < 3; channel++) {
    let least = 255;
    let greatest = 0;
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const value = pixels[(v * width + u) * 3 + channel];
        if (value < least) least = value;
        if (value > greatest) greatest = value;
      }
    }
    if (from[at + channel] < least - kSlack || from[at + channel] > greatest + kSlack) return false;
  }
  return true;
}

// { same, text, marked }: `text` says where they differ; `marked` is the drawn picture, pale, with what differs in red.
export function comparePictures(reference, drawn) {
  const { width, height } = drawn;
  if (width !== reference.width || height !== reference.height) {
    return { same: false, text: `${width} x ${height} pixels instead of ${reference.width} x ${reference.height}`, marked: null };
  }
  const [a, b] = [reference.pixels, drawn.pixels];
  const marked = { width, height, pixels: b.map((value) => 255 - ((255 - value) >> 2)) };
  const tiles = new Map();
  let count = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const near = Math.abs(a[at] - b[at]) <= kSlack && Math.abs(a[at + 1] - b[at + 1]) <= kSlack && Math.abs(a[at + 2] - b[at + 2]) <= kSlack;
      if (near || (isIn(reference, x, y, b, at) && isIn(drawn, x, y, a, at))) continue;
      const tile = `${Math.floor(x / kTile) * kTile},${Math.floor(y / kTile) * kTile}`;
      tiles.set(tile, (tiles.get(tile) ?? 0) + 1);
      marked.pixels.set([220, 0, 0], at);
      count += 1;
    }
  }
  const [place, most] = [...tiles].sort((one, other) => other[1] - one[1])[0] ?? ['', 0];
  const same = most <= kMostInTile && count <= kMostShare * width * height;
  const text = `${count} pixels differ in ${tiles.size} tiles of ${kTile} x ${kTile}, most (${most}) in the one at ${place}`;
  return { same, text, marked };
}
