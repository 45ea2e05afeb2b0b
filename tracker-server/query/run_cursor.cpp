#include "query/run_cursor.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "filter/ast.hpp"

namespace tracker::query {
namespace {

using nlohmann::json;

constexpr std::size_t kLongest = 16'384;
constexpr std::string_view kDigits = "0123456789abcdef";

[[noreturn]] void refuse() {
  throw Error(ErrorCode::kInvalidArgument,
              "the cursor is not one of ours: take next_cursor of the page before");
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::string from_hex(std::string_view text) {
  if (text.size() % 2 != 0 || text.size() > kLongest) refuse();
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = kDigits.find(text[i]), low = kDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) refuse();
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

// Numbers as text: JSON has no infinities.
json to_json(const storage::SortValue& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", *number);
    return {{"n", text}};
  }
  if (const auto* text = std::get_if<std::string>(&value)) return {{"s", *text}};
  return nullptr;
}

storage::SortValue from_json(const json& value) {
  if (value.is_null()) return {};
  if (value.contains("s")) {
    auto text = value.at("s").get<std::string>();
    if (text.find('\0') != std::string::npos) refuse();
    return text;
  }
  const auto text = value.at("n").get<std::string>();
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || std::isnan(number)) refuse();
  return number;
}

}  // namespace

std::uint64_t fingerprint(std::string_view project, std::string_view filter,
                          std::string_view sort) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const auto text : {project, filter, sort}) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ 0xff) * 0x100000001b3;
  }
  return hash;
}

std::string format_cursor(const RunCursor& cursor) {
  auto values = json::array();
  for (const auto& value : cursor.end.values) values.push_back(to_json(value));
  const json body = {
      {"q", cursor.query}, {"t", cursor.now_us}, {"r", cursor.end.no}, {"v", std::move(values)}};
  return to_hex(body.dump(-1, ' ', false, json::error_handler_t::replace));
}

RunCursor parse_cursor(std::string_view text) {
  try {
    const auto body = json::parse(from_hex(text));
    RunCursor cursor;
    cursor.query = body.at("q").get<std::uint64_t>();
    cursor.now_us = body.at("t").get<std::int64_t>();
    cursor.end.no = body.at("r").get<std::int32_t>();
    for (const auto& value : body.at("v")) cursor.end.values.push_back(from_json(value));
    if (cursor.end.values.size() > filter::kMostSortKeys) refuse();
    return cursor;
  } catch (const json::exception&) {
    refuse();
  }
}

}  // namespace tracker::query
