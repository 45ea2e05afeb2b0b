// tokenizer.json and a text, both hostile: "JSON \0 TEXT". Loading may throw trainer::Error and
// nothing else; encoding may not throw, and never gives more ids than asked for. Seeds:
// tests/golden/tokenizers/*/tokenizer.json.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "config/error.hpp"
#include "text/tokenizer.hpp"

namespace {

const std::filesystem::path& folder() {
  static const std::filesystem::path made = [] {
    std::string name = (std::filesystem::temp_directory_path() / "tokenizer-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    return std::filesystem::path(name);
  }();
  return made;
}

std::optional<trainer::text::Tokenizer> load(std::string_view json) {
  std::ofstream(folder() / "tokenizer.json", std::ios::binary | std::ios::trunc) << json;
  try {
    return trainer::text::Tokenizer::load(folder());
  } catch (const trainer::Error&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const std::optional<trainer::text::Tokenizer> tokenizer = load(input.substr(0, end));
  if (!tokenizer) return 0;
  const std::string_view text =
      end == std::string_view::npos ? "a <mask> [MASK] text" : input.substr(end + 1);
  const trainer::text::Encoding encoding = tokenizer->encode(text);
  if (encoding.ids.size() != encoding.type_ids.size()) std::abort();
  const trainer::text::EncodeOptions cut{.add_special_tokens = false, .max_length = 3};
  if (tokenizer->encode(text, cut).ids.size() > 3 + encoding.ids.size()) std::abort();
  tokenizer->encode_pair(text, text, {.add_special_tokens = false, .max_length = 5});
  return 0;
}
