#include "data/tables/json_lines.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <limits>
#include <utility>

#include "config/error.hpp"
#include "config/json.hpp"
#include "data/tables/row_source.hpp"

namespace trainer::data {

bool JsonRow::has(const std::string& key) const {
  const auto at = value.find(key);
  return at != value.end() && !at->is_null();
}

std::string JsonRow::text(const std::string& key) const {
  if (!value.contains(key)) throw_at_line(file, line, fmt::format("has no '{}'", key));
  const nlohmann::json& found = value[key];
  if (!found.is_string())
    throw_at_line(file, line, fmt::format("has a '{}' that is not a string", key));
  return found.get<std::string>();
}

std::optional<std::string> JsonRow::optional_text(const std::string& key) const {
  return has(key) ? std::optional(text(key)) : std::nullopt;
}

std::int64_t JsonRow::integer(const std::string& key) const {
  if (!value.contains(key)) throw_at_line(file, line, fmt::format("has no '{}'", key));
  const nlohmann::json& found = value[key];
  const bool wraps = found.is_number_unsigned() &&
                     found.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max();
  if (!found.is_number_integer() || wraps)
    throw_at_line(file, line, fmt::format("has a '{}' that is not an integer", key));
  return found.get<std::int64_t>();
}

JsonLines::JsonLines(std::istream& in, std::string name)
    : in_(&in), name_(std::make_unique<const std::string>(std::move(name))) {}

JsonLines JsonLines::open(const std::string& input) {
  if (input == "-") return {std::cin, "standard input"};
  auto file = std::make_unique<std::ifstream>(input, std::ios::binary);
  if (!*file) throw Error(ErrorCode::kNotFound, input + ": cannot be opened");
  JsonLines lines(*file, input);
  lines.owned_ = std::move(file);
  return lines;
}

std::optional<JsonRow> JsonLines::next() {
  while (std::getline(*in_, text_)) {
    ++line_;
    if (text_.find_first_not_of(" \t\r") == std::string::npos) continue;
    JsonRow row{.value = parse_json(text_, *name_, line_), .file = *name_, .line = line_};
    if (!row.value.is_object()) {
      throw_at_line(*name_, line_,
                    "is not a JSON object; each line must be like {\"text\": \"…\"}");
    }
    return row;
  }
  if (in_->bad()) throw Error(ErrorCode::kIo, *name_ + ": cannot be read to its end");
  return std::nullopt;
}

nlohmann::json parse_json(std::string_view text, const std::string& file, std::size_t line) {
  try {
    return config::parse_limited(text);
  } catch (const config::NestsTooDeep& error) {
    throw_at_line(file, line, error.what());
  } catch (const nlohmann::json::parse_error& error) {
    throw_at_line(file, line,
                  fmt::format("is not valid JSON in UTF-8 (at byte {} of it)", error.byte));
  } catch (const nlohmann::json::exception&) {
    throw_at_line(file, line, "is not valid JSON: a number is out of range");
  }
}

}  // namespace trainer::data
