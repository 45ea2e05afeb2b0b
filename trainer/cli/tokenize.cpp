#include "cli/tokenize.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "text/tokenizer.hpp"

namespace trainer::cli {
namespace {

using nlohmann::json;

struct Place {
  const std::string& file;
  std::size_t line;
};

[[noreturn]] void throw_at(const Place& place, std::string_view message) {
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: line {} {}", place.file, place.line, message));
}

std::optional<std::string> string_of(const json& row, const char* key, const Place& place) {
  const auto at = row.find(key);
  if (at == row.end() || at->is_null()) return std::nullopt;
  if (!at->is_string()) throw_at(place, fmt::format("has a \"{}\" that is not a string", key));
  return at->get<std::string>();
}

text::Encoding encode_row(const text::Tokenizer& tokenizer, const std::string& line,
                          const Place& place, const text::EncodeOptions& options) {
  const json row = json::parse(line, nullptr, false);
  if (!row.is_object()) throw_at(place, "is not a JSON object");
  const std::optional<std::string> first = string_of(row, "text", place);
  if (!first) throw_at(place, "has no \"text\"");
  const std::optional<std::string> second = string_of(row, "text_pair", place);
  return second ? tokenizer.encode_pair(*first, *second, options)
                : tokenizer.encode(*first, options);
}

void append_array(std::string& out, std::string_view key, const std::vector<std::int32_t>& values) {
  fmt::format_to(std::back_inserter(out), "\"{}\":[{}]", key, fmt::join(values, ","));
}

void tokenize_stream(const text::Tokenizer& tokenizer, const TokenizeOptions& options,
                     std::istream& in, std::ostream& out) {
  const text::EncodeOptions encode{.add_special_tokens = true, .max_length = options.max_length};
  std::string written;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const text::Encoding encoding = encode_row(tokenizer, line, {options.input, number}, encode);
    written.assign(1, '{');
    append_array(written, "input_ids", encoding.ids);
    if (tokenizer.uses_token_types()) {
      written.push_back(',');
      append_array(written, "token_type_ids", encoding.type_ids);
    }
    out << written << "}\n";
  }
  out.flush();
  if (!out)
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be written: is the disk full?", options.output));
}

void tokenize_to_output(const text::Tokenizer& tokenizer, const TokenizeOptions& options,
                        std::istream& in) {
  if (options.output == "-") return tokenize_stream(tokenizer, options, in, std::cout);
  const std::string partial = options.output + ".partial";
  try {
    std::ofstream out(partial, std::ios::binary);
    if (!out) throw Error(ErrorCode::kIo, fmt::format("{}: cannot be created", options.output));
    tokenize_stream(tokenizer, options, in, out);
    out.close();
    std::filesystem::rename(partial, options.output);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw;
  }
}

}  // namespace

int run_tokenize(const TokenizeOptions& options) {
  const text::Tokenizer tokenizer = text::Tokenizer::load(options.model);
  if (options.input == "-") {
    tokenize_to_output(tokenizer, options, std::cin);
    return 0;
  }
  std::ifstream in(options.input, std::ios::binary);
  if (!in) throw Error(ErrorCode::kNotFound, fmt::format("{}: cannot be opened", options.input));
  tokenize_to_output(tokenizer, options, in);
  return 0;
}

}  // namespace trainer::cli
