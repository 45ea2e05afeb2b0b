// The 95 % confidence interval of a mean, by Student's t: for few runs it is far wider than 1.96 standard errors.

// Quantiles 0.975 for 1 to 10 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2).
const kFew = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228] as const;
const kNormal = 1.959964;

// Above ten the expansion of the quantile around the normal one (Abramowitz and Stegun 26.7.5), right to a thousandth.
export function studentQuantile(freedom: number): number {
  const few = kFew[freedom - 1];
  if (few !== undefined) return few;
  const z = kNormal;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
    + (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3);
}

// Half of the interval. Of one run nothing is known of how far its like lie: it has none.
export const halfInterval = (std: number, count: number): number => (count < 2 ? 0 : (studentQuantile(count - 1) * std) / Math.sqrt(count));
