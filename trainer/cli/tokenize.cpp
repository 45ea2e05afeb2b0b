#include "cli/tokenize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/output.hpp"
#include "config/error.hpp"
#include "data/tables/json_lines.hpp"

namespace trainer::cli {
namespace {

text::Encoding encode_row(const text::Tokenizer& tokenizer, const data::JsonRow& row,
                          const text::EncodeOptions& options) {
  const std::string first = row.text("text");
  const std::optional<std::string> second = row.optional_text("text_pair");
  try {
    return second ? tokenizer.encode_pair(first, *second, options)
                  : tokenizer.encode(first, options);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: line {}: {}", row.file, row.line, error.what()));
  }
}

template <typename T>
void pad(std::vector<T>& values, std::size_t size, T value, text::Side side) {
  if (values.size() >= size) return;
  const auto at = side == text::Side::kRight ? values.end() : values.begin();
  values.insert(at, size - values.size(), value);
}

// Writes one line an encoding.
class LineWriter {
 public:
  LineWriter(const text::Tokenizer& tokenizer, const TokenizeOptions& options)
      : tokenizer_(tokenizer), options_(options) {
    if (options.padding == Padding::kNone) return;
    if (!options.encode.max_length)
      throw Error(ErrorCode::kUsage, "--padding max_length needs --max-length");
    if (!tokenizer.pad_id()) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("{}: the tokenizer has no token to pad with; leave out --padding",
                              options.model.string()));
    }
  }

  const std::string& line(text::Encoding encoding) {
    std::vector<std::int32_t> mask(encoding.ids.size(), 1);
    if (options_.padding == Padding::kMaxLength) pad_all(encoding, mask);
    line_.clear();
    add("input_ids", encoding.ids);
    if (tokenizer_.uses_token_types()) add("token_type_ids", encoding.type_ids);
    if (options_.padding == Padding::kMaxLength) add("attention_mask", mask);
    if (options_.encode.offsets) add_offsets(encoding.offsets);
    line_ += "}\n";
    return line_;
  }

 private:
  void pad_all(text::Encoding& encoding, std::vector<std::int32_t>& mask) const {
    const std::size_t size = *options_.encode.max_length;
    const text::Side side = tokenizer_.padding_side();
    pad(encoding.ids, size, *tokenizer_.pad_id(), side);
    pad(encoding.type_ids, size, tokenizer_.pad_type_id(), side);
    pad(mask, size, 0, side);
    if (options_.encode.offsets) pad(encoding.offsets, size, text::Offset{}, side);
  }

  void add(std::string_view key, const std::vector<std::int32_t>& values) {
    fmt::format_to(std::back_inserter(line_), "{}\"{}\":[{}]", separator(), key,
                   fmt::join(values, ","));
  }

  void add_offsets(const std::vector<text::Offset>& offsets) {
    line_ += ",\"offset_mapping\":[";
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      fmt::format_to(std::back_inserter(line_), "{}[{},{}]", i == 0 ? "" : ",", offsets[i].begin,
                     offsets[i].end);
    }
    line_ += ']';
  }

  char separator() const { return line_.empty() ? '{' : ','; }

  const text::Tokenizer& tokenizer_;
  const TokenizeOptions& options_;
  std::string line_;
};

}  // namespace

int run_tokenize(const TokenizeOptions& options) {
  const text::Tokenizer tokenizer = text::Tokenizer::load(options.model);
  LineWriter writer(tokenizer, options);
  data::JsonLines lines = data::JsonLines::open(options.input);
  Output output(options.output);
  while (const std::optional<data::JsonRow> row = lines.next())
    output.write(writer.line(encode_row(tokenizer, *row, options.encode)));
  output.commit();
  return 0;
}

}  // namespace trainer::cli
