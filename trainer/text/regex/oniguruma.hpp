#pragma once

#include <string>
#include <string_view>

// Patterns of tokenizer.json are written for Oniguruma (its own syntax: ^ and $ are about lines,
// \h is a hexadecimal digit, classes nest and intersect, {,n} counts from 0) and Unicode 16. This
// writes the same pattern for PCRE2, with every class spelled out as ranges
// (https://github.com/kkos/oniguruma/blob/master/doc/RE).
namespace trainer::text {

// For PCRE2_UTF | PCRE2_MULTILINE with PCRE2_NEWLINE_LF. Throws Error(kUnsupported) that names the
// construct PCRE2 has no equal for, kInvalidInput for a broken pattern.
std::string to_pcre2(std::string_view pattern);

}  // namespace trainer::text
