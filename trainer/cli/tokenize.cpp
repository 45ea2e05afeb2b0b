#include "cli/tokenize.hpp"

#include <fmt/format.h>

#include <string_view>

#include "cli/output.hpp"
#include "data/json_lines.hpp"
#include "text/tokenizer.hpp"

namespace trainer::cli {
namespace {

text::Encoding encode_row(const text::Tokenizer& tokenizer, const data::JsonRow& row,
                          const text::EncodeOptions& options) {
  const std::string first = row.text("text");
  const std::optional<std::string> second = row.optional_text("text_pair");
  return second ? tokenizer.encode_pair(first, *second, options) : tokenizer.encode(first, options);
}

void append_array(std::string& out, std::string_view key, const std::vector<std::int32_t>& values) {
  fmt::format_to(std::back_inserter(out), "\"{}\":[{}]", key, fmt::join(values, ","));
}

}  // namespace

int run_tokenize(const TokenizeOptions& options) {
  const text::Tokenizer tokenizer = text::Tokenizer::load(options.model);
  const text::EncodeOptions encode{.add_special_tokens = true, .max_length = options.max_length};
  data::JsonLines lines = data::JsonLines::open(options.input);
  Output output(options.output);
  std::string written;
  while (const std::optional<data::JsonRow> row = lines.next()) {
    const text::Encoding encoding = encode_row(tokenizer, *row, encode);
    written.assign(1, '{');
    append_array(written, "input_ids", encoding.ids);
    if (tokenizer.uses_token_types()) {
      written.push_back(',');
      append_array(written, "token_type_ids", encoding.type_ids);
    }
    written += "}\n";
    output.write(written);
  }
  output.commit();
  return 0;
}

}  // namespace trainer::cli
