#include "text/models/byte_fallback.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trainer::text {

ByteTokens byte_tokens(const Model& model) {
  ByteTokens ids{};
  for (std::size_t byte = 0; byte < ids.size(); ++byte)
    ids[byte] = model.id_of(fmt::format("<0x{:02X}>", byte)).value_or(kNoByteToken);
  return ids;
}

bool all_have_tokens(const ByteTokens& ids, std::string_view text) noexcept {
  return std::ranges::all_of(
      text, [&](char byte) { return ids[static_cast<unsigned char>(byte)] != kNoByteToken; });
}

}  // namespace trainer::text
