// The files of a tokenizer without tokenizer.json, all hostile, one after the other with a zero
// byte between them: tokenizer_config.json, special_tokens_map.json, added_tokens.json, then
// vocab.txt, or vocab.json and merges.txt when there is one more. See tokenizer_checks.hpp.
#include "tokenizer_checks.hpp"

namespace {

std::vector<std::string_view> parts_of(std::string_view input) {
  std::vector<std::string_view> parts;
  for (std::size_t end = input.find('\0'); end != std::string_view::npos; end = input.find('\0')) {
    parts.push_back(input.substr(0, end));
    input.remove_prefix(end + 1);
  }
  parts.push_back(input);
  return parts;
}

void put_or_remove(const char* name, std::string_view bytes) {
  if (!bytes.empty()) return trainer::text::fuzz::put(name, bytes);
  std::error_code ignored;
  std::filesystem::remove(trainer::text::fuzz::folder() / name, ignored);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trainer::text::fuzz;
  std::vector<std::string_view> parts = parts_of({reinterpret_cast<const char*>(data), size});
  const bool merges = parts.size() > 4;
  parts.resize(5);
  put_or_remove("tokenizer_config.json", parts[0]);
  put_or_remove("special_tokens_map.json", parts[1]);
  put_or_remove("added_tokens.json", parts[2]);
  put_or_remove("vocab.txt", merges ? "" : parts[3]);
  put_or_remove("vocab.json", merges ? parts[3] : "");
  put_or_remove("merges.txt", merges ? parts[4] : "");
  if (const auto tokenizer = load()) {
    tokenizer->model_max_length();
    tokenizer->pad_id();
    check(*tokenizer, "a <mask> [MASK] T\u00e9xt the cats' 12\n");
  }
  return 0;
}
