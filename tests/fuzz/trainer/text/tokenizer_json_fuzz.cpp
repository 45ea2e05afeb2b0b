// tokenizer.json and a text, both hostile: "JSON \0 TEXT". See tokenizer_checks.hpp.
#include "tokenizer_checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trainer::text::fuzz;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  put("tokenizer.json", input.substr(0, end));
  const auto tokenizer = load();
  if (!tokenizer) return 0;
  check(*tokenizer, "a <mask> [MASK] T\u00e9xt\n\u4e2d\u6587  \U0001f44d\u200d 12");
  if (end != std::string_view::npos) check(*tokenizer, input.substr(end + 1));
  return 0;
}
