#pragma once

// The library reads numbers of tokenizer.json with serde_json, whose digits to double conversion
// rounds twice (the digits as an integer, then divided by a power of ten), so that a score of 17
// digits may be off by its last bit. Sums of scores that are all but equal fall by that bit.
namespace trainer::text {

// What the library makes of a number that the correct conversion makes `value`. Exact when the file
// has the shortest digits that say `value`, as every writer of tokenizer.json puts them.
double as_library_reads(double value);

}  // namespace trainer::text
