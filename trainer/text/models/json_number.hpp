#pragma once

#include <string_view>

// The library reads numbers of tokenizer.json with serde_json, whose digits to double conversion
// rounds twice (the digits as an integer, then divided by a power of ten), so that a score of 17
// digits may be off by its last bit. Sums of scores that are all but equal fall by that bit.
namespace trainer::text {

// The value that the library gives a JSON number. Valid JSON only.
double as_library_reads(std::string_view number);

}  // namespace trainer::text
