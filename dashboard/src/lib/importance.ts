// Which parameters a metric hangs on: by a random forest (how much each parameter's splits lower the squared error;
// Breiman 2001, mean decrease in impurity) and by Pearson's correlation of numbers. Seeded: the same runs give the same.

export interface Parameter {
  name: string;
  // One for each run: a number, or a text that is a category of its own; null is missing, a category too.
  values: readonly (number | string | null)[];
}

export interface Importance {
  name: string;
  // Shares that add up to 1.
  share: number;
  // NaN for what is not all numbers, or constant.
  correlation: number;
}

const kTrees = 60;
const kMostDepth = 8;
const kLeastLeaf = 2;
const kLeastRuns = 4;

// mulberry32
function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function correlationOf(x: readonly (number | string | null)[], y: readonly number[]): number {
  const pairs = x.flatMap((value, i) => (typeof value === 'number' && Number.isFinite(value) ? [[value, y[i]!] as const] : []));
  if (pairs.length < 3 || pairs.length < x.length) return NaN;
  const mean = (at: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const [mx, my] = [mean(0), mean(1)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [a, b] of pairs) {
    xy += (a - mx) * (b - my);
    xx += (a - mx) ** 2;
    yy += (b - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : NaN;
}

// A column of numbers as it is; texts become one column for each category, which count for the parameter together.
interface Feature {
  parameter: number;
  values: Float64Array;
}

function featuresOf(parameters: readonly Parameter[]): Feature[] {
  return parameters.flatMap((parameter, index): Feature[] => {
    if (parameter.values.every((value) => typeof value === 'number')) {
      return [{ parameter: index, values: Float64Array.from(parameter.values) }];
    }
    const categories = [...new Set(parameter.values)];
    // Two categories are one question.
    return (categories.length === 2 ? categories.slice(1) : categories).map((category) => ({
      parameter: index, values: Float64Array.from(parameter.values, (value) => Number(value === category)),
    }));
  });
}

interface Split {
  gain: number;
  feature: Feature;
  threshold: number;
}

const sumOf = (rows: readonly number[], y: readonly number[]): number => rows.reduce((sum, row) => sum + y[row]!, 0);

// The threshold that lowers the squared error most; between two values that differ.
function bestSplit(rows: readonly number[], y: readonly number[], features: readonly Feature[]): Split | null {
  let best: Split | null = null;
  const total = sumOf(rows, y);
  const base = (total * total) / rows.length;
  for (const feature of features) {
    const order = [...rows].sort((a, b) => feature.values[a]! - feature.values[b]!);
    let left = 0;
    for (let i = 1; i < order.length; i++) {
      left += y[order[i - 1]!]!;
      const [below, above] = [feature.values[order[i - 1]!]!, feature.values[order[i]!]!];
      if (below === above || i < kLeastLeaf || order.length - i < kLeastLeaf) continue;
      const gain = (left * left) / i + (total - left) ** 2 / (order.length - i) - base;
      if (gain > 1e-12 && (best === null || gain > best.gain)) best = { gain, feature, threshold: (below + above) / 2 };
    }
  }
  return best;
}

function growTree(rows: readonly number[], y: readonly number[], features: readonly Feature[], gains: Float64Array, random: () => number): void {
  const grow = (held: readonly number[], depth: number): void => {
    if (depth >= kMostDepth || held.length < 2 * kLeastLeaf) return;
    // Two thirds of the features at each split: trees differ, and weaker parameters get their turn.
    const most = Math.max(2, Math.ceil((features.length * 2) / 3));
    const tried = [...features].map((feature) => ({ feature, at: random() })).sort((a, b) => a.at - b.at).slice(0, most).map((one) => one.feature);
    const split = bestSplit(held, y, tried);
    if (!split) return;
    gains[split.feature.parameter]! += split.gain;
    grow(held.filter((row) => split.feature.values[row]! < split.threshold), depth + 1);
    grow(held.filter((row) => split.feature.values[row]! >= split.threshold), depth + 1);
  };
  grow(rows, 0);
}

// Largest share first. Empty where there are too few runs, or the metric never changes.
export function importanceOf(parameters: readonly Parameter[], y: readonly number[]): Importance[] {
  const varying = parameters.filter((parameter) => new Set(parameter.values).size > 1);
  if (y.length < kLeastRuns || varying.length === 0 || new Set(y).size < 2) return [];
  const features = featuresOf(varying);
  const gains = new Float64Array(varying.length);
  const random = makeRandom(1);
  for (let tree = 0; tree < kTrees; tree++) {
    const rows = Array.from(y, () => Math.floor(random() * y.length));
    growTree(rows, y, features, gains, random);
  }
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return varying
    .map((parameter, i) => ({ name: parameter.name, share: total > 0 ? gains[i]! / total : 0, correlation: correlationOf(parameter.values, y) }))
    .sort((a, b) => b.share - a.share);
}
