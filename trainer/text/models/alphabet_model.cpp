#include "text/models/alphabet_model.hpp"

#include "text/models/byte_alphabet.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

void AlphabetModel::encode(std::string_view word, std::vector<std::int32_t>& ids) const {
  inner_->encode(token_of_bytes(word), ids);
}

void AlphabetModel::encode(std::string_view word, std::vector<Token>& tokens) const {
  const std::string written = token_of_bytes(word);
  // The byte that each place in the written word lies at; one more for its end.
  std::vector<std::uint32_t> bytes;
  bytes.reserve(written.size() + 1);
  std::uint32_t byte = 0;
  for (std::size_t i = 0; i < written.size(); ++byte) {
    const std::uint32_t length = decode(written.data() + i).length;
    bytes.insert(bytes.end(), length, byte);
    i += length;
  }
  bytes.push_back(byte);
  const std::size_t before = tokens.size();
  inner_->encode(written, tokens);
  for (std::size_t i = before; i < tokens.size(); ++i) {
    tokens[i].begin = bytes[tokens[i].begin];
    tokens[i].end = bytes[tokens[i].end];
  }
}

}  // namespace trainer::text
