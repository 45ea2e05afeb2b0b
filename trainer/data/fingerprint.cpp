#include "data/fingerprint.hpp"

#include "hub/digest.hpp"

namespace trainer::data {

std::string fingerprint_of(const std::vector<Example>& rows) {
  hub::Digest digest(hub::Digest::Kind::kSha256);
  const auto add = [&digest](const std::string& text) {
    // c_str() ends in the zero byte that follows each text.
    digest.add(text.c_str(), text.size() + 1);
  };
  for (const Example& row : rows) {
    add(row.text);
    if (row.text_pair) add(*row.text_pair);
  }
  return digest.hex();
}

}  // namespace trainer::data
