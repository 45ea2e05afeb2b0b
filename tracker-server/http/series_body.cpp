#include "http/series_body.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "http/numbers.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;
static_assert(std::endian::native == std::endian::little, "columns are sent as they lie in memory");

Error bad_field(std::string_view field, std::string_view expected) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("`{}` must be {}", field, expected));
}

std::vector<std::string> take_texts(const json& body, const char* field) {
  const auto found = body.find(field);
  if (found == body.end() || !found->is_array()) throw bad_field(field, "an array of strings");
  std::vector<std::string> texts;
  for (const auto& item : *found) {
    if (!item.is_string()) throw bad_field(field, "an array of strings");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::optional<double> take_number(const json& body, const char* field) {
  const auto found = body.find(field);
  if (found == body.end() || found->is_null()) return std::nullopt;
  if (!found->is_number()) throw bad_field(field, "a number or null");
  return found->get<double>();
}

query::XAxis take_axis(const json& body) {
  const auto found = body.find("x");
  if (found == body.end()) return query::XAxis::kStep;
  for (const auto axis : {query::XAxis::kStep, query::XAxis::kTime, query::XAxis::kRelative}) {
    if (found->is_string() && found->get_ref<const std::string&>() == query::to_text(axis))
      return axis;
  }
  throw bad_field("x", "\"step\", \"time\" or \"relative\"");
}

// Fields of both forms, without the columns.
json head(const query::Series& series) {
  return {{"run", series.run.text()},
          {"key", series.key},
          {"x", query::to_text(series.x)},
          {"mode", series.mode == query::Series::Mode::kRaw ? "raw" : "buckets"},
          {"total", series.total}};
}

const char* body_name(const query::Series& series) {
  return series.mode == query::Series::Mode::kRaw ? "points" : "buckets";
}

// Buckets say "no finite value" by NaN, which JSON's readers get as null; a raw point may be NaN
// itself.
json value_json(const query::Series& series, double value) {
  if (series.mode == query::Series::Mode::kBuckets && std::isnan(value)) return nullptr;
  return number(value);
}

}  // namespace

query::SeriesRequest parse_series_request(std::string_view text) {
  const auto body = json::parse(text, nullptr, false);
  if (!body.is_object()) throw Error(ErrorCode::kInvalidArgument, "the body must be a JSON object");
  query::SeriesRequest request;
  for (const auto& run : take_texts(body, "runs"))
    request.runs.push_back(core::RunId::from_text(run));
  request.keys = take_texts(body, "keys");
  request.x = take_axis(body);
  request.from = take_number(body, "from");
  request.to = take_number(body, "to");
  if (const auto width = take_number(body, "width")) {
    if (*width < 1 || *width > static_cast<double>(query::kLargestWidth)) {
      throw bad_field("width", fmt::format("from 1 to {}", query::kLargestWidth));
    }
    request.width = static_cast<std::size_t>(*width);
  }
  return request;
}

json series_json(std::span<const query::Series> all) {
  auto list = json::array();
  for (const auto& series : all) {
    auto entry = head(series);
    auto columns = json::object();
    for (const auto& column : series.columns) {
      auto values = json::array();
      for (const auto value : column.values) values.push_back(value_json(series, value));
      columns[std::string(column.name)] = std::move(values);
    }
    entry[body_name(series)] = std::move(columns);
    list.push_back(std::move(entry));
  }
  return {{"series", std::move(list)}};
}

std::string series_binary(std::span<const query::Series> all) {
  auto list = json::array();
  std::size_t at = 0;
  for (const auto& series : all) {
    auto entry = head(series);
    auto columns = json::object();
    for (const auto& column : series.columns) {
      columns[std::string(column.name)] = {
          {"at", at}, {"n", column.values.size()}, {"type", "f64"}};
      at += column.values.size() * sizeof(double);
    }
    entry[body_name(series)] = std::move(columns);
    list.push_back(std::move(entry));
  }
  auto header =
      json{{"series", std::move(list)}}.dump(-1, ' ', false, json::error_handler_t::replace);
  while ((sizeof(std::uint32_t) + header.size()) % 8 != 0) header.push_back(' ');
  const auto length = static_cast<std::uint32_t>(header.size());
  std::string out;
  out.reserve(sizeof length + header.size() + at);
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out += header;
  for (const auto& series : all) {
    for (const auto& column : series.columns) {
      out.append(reinterpret_cast<const char*>(column.values.data()),
                 column.values.size() * sizeof(double));
    }
  }
  return out;
}

}  // namespace tracker::http
