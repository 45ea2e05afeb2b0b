#pragma once

#include <cstddef>
#include <string_view>

namespace trainer::text {

// Bytes of the grapheme that a text begins with: an extended grapheme cluster (Unicode Standard
// Annex 29, with GB9c) of the library's Unicode version as far as characters that join others go
// (properties.hpp), of ICU's otherwise. The text is valid UTF-8 and not empty. Any thread.
std::size_t grapheme_length(std::string_view text);

}  // namespace trainer::text
