#include "http/series_body.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include <tracker/error.hpp>

#include "http/numbers.hpp"
#include "http/series_head.hpp"
#include "http/series_picture.hpp"

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

// A name of an axis, or {"metric": key}.
void take_axis(const json& body, query::SeriesRequest& request) {
  constexpr const char* kExpected = "\"step\", \"time\", \"relative\" or {\"metric\": a key}";
  const auto found = body.find("x");
  if (found == body.end()) return;
  if (found->is_object() && found->contains("metric") && found->at("metric").is_string()) {
    request.x = query::XAxis::kMetric;
    request.x_metric = found->at("metric").get<std::string>();
    return;
  }
  for (const auto axis : {query::XAxis::kStep, query::XAxis::kTime, query::XAxis::kRelative}) {
    if (!found->is_string() || found->get_ref<const std::string&>() != query::to_text(axis))
      continue;
    request.x = axis;
    return;
  }
  throw bad_field("x", kExpected);
}

std::optional<core::Smoothing> take_smoothing(const json& body) {
  const auto found = body.find("smoothing");
  if (found == body.end() || found->is_null()) return std::nullopt;
  const auto fail = [] {
    return bad_field("smoothing",
                     "null or {\"kind\": \"ema\", \"twema\", \"gaussian\" or \"mean\", "
                     "\"parameter\": a number}");
  };
  if (!found->is_object() || !found->contains("kind")) throw fail();
  core::Smoothing smoothing;
  if (const auto parameter = take_number(*found, "parameter"))
    smoothing.parameter = *parameter;
  else
    throw fail();
  for (const auto kind : {core::SmoothingKind::kEma, core::SmoothingKind::kTimeWeightedEma,
                          core::SmoothingKind::kGaussian, core::SmoothingKind::kRunningMean}) {
    if (found->at("kind") != core::to_text(kind)) continue;
    smoothing.kind = kind;
    smoothing.check();
    return smoothing;
  }
  throw fail();
}

std::vector<core::RunId> take_runs(const json& body) {
  std::vector<core::RunId> runs;
  for (const auto& run : take_texts(body, "runs")) runs.push_back(core::RunId::from_text(run));
  return runs;
}

std::vector<query::RunGroup> take_groups(const json& body) {
  std::vector<query::RunGroup> groups;
  const auto found = body.find("groups");
  if (found == body.end() || found->is_null()) return groups;
  if (!found->is_array()) throw bad_field("groups", "an array");
  for (const auto& item : *found) {
    if (!item.is_object() || !item.contains("name") || !item.at("name").is_string())
      throw bad_field("groups", "an array of {\"name\": text, \"runs\": [ids]}");
    groups.push_back({item.at("name").get<std::string>(), take_runs(item)});
  }
  return groups;
}

// Buckets say "no finite value" by NaN, which JSON's readers get as null; a raw point may be NaN
// itself.
json value_json(const query::Series& series, double value) {
  if (series.mode == query::Series::Mode::kBuckets && std::isnan(value)) return nullptr;
  return number(value);
}
json value_json(const query::GroupSeries&, double value) {
  return std::isnan(value) ? json(nullptr) : number(value);
}

template <class One>
json list_json(const std::vector<One>& all) {
  auto list = json::array();
  for (const auto& one : all) {
    auto entry = series_head(one);
    auto columns = json::object();
    for (const auto& column : one.columns) {
      auto values = json::array();
      for (const auto value : column.values) values.push_back(value_json(one, value));
      columns[std::string(column.name)] = std::move(values);
    }
    entry[columns_member(one)] = std::move(columns);
    list.push_back(std::move(entry));
  }
  return list;
}

// Columns of the binary form, in the order in which the header first names them. Equal ones are
// sent once.
class ColumnPlaces {
 public:
  json place(const query::Column& column) {
    const std::string_view bytes(reinterpret_cast<const char*>(column.values.data()),
                                 column.values.size() * sizeof(double));
    const auto [found, fresh] = places_.emplace(bytes, at_);
    if (fresh) {
      at_ += bytes.size();
      list_.push_back(bytes);
    }
    return {{"at", found->second}, {"n", column.values.size()}, {"type", "f64"}};
  }
  std::size_t bytes() const noexcept { return at_; }
  const std::vector<std::string_view>& list() const noexcept { return list_; }

 private:
  std::size_t at_ = 0;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::vector<std::string_view> list_;
};

template <class One>
json list_header(const std::vector<One>& all, ColumnPlaces& places) {
  auto list = json::array();
  for (const auto& one : all) {
    auto entry = series_head(one);
    auto columns = json::object();
    for (const auto& column : one.columns) columns[std::string(column.name)] = places.place(column);
    entry[columns_member(one)] = std::move(columns);
    list.push_back(std::move(entry));
  }
  return list;
}

std::optional<std::size_t> take_pixels(const json& body, const char* field, std::size_t most) {
  const auto pixels = take_number(body, field);
  if (pixels && (*pixels < 1 || *pixels > static_cast<double>(most)))
    throw bad_field(field, fmt::format("from 1 to {}", most));
  return pixels ? std::optional(static_cast<std::size_t>(*pixels)) : std::nullopt;
}

}  // namespace

json series_head(const query::Series& series) {
  json out = {{"run", series.run.text()},
              {"key", series.key},
              {"x", query::to_text(series.x)},
              {"mode", series.mode == query::Series::Mode::kRaw ? "raw" : "buckets"},
              {"total", series.total}};
  if (!series.x_rises) out["x_rises"] = false;
  if (series.smoothed_over > 1) out["smoothed_over"] = series.smoothed_over;
  return out;
}

json series_head(const query::GroupSeries& group) {
  json out = {{"group", group.group},
              {"key", group.key},
              {"x", query::to_text(group.x)},
              {"runs", group.runs}};
  if (group.smoothed_over > 1) out["smoothed_over"] = group.smoothed_over;
  return out;
}

const char* columns_member(const query::Series& series) {
  return series.mode == query::Series::Mode::kRaw ? "points" : "buckets";
}
const char* columns_member(const query::GroupSeries&) { return "buckets"; }

SeriesQuestion parse_series_request(std::string_view text) {
  const auto body = json::parse(text, nullptr, false);
  if (!body.is_object()) throw Error(ErrorCode::kInvalidArgument, "the body must be a JSON object");
  SeriesQuestion request;
  request.groups = take_groups(body);
  if (request.groups.empty() || body.contains("runs")) request.runs = take_runs(body);
  request.keys = take_texts(body, "keys");
  take_axis(body, request);
  request.smoothing = take_smoothing(body);
  request.from = take_number(body, "from");
  request.to = take_number(body, "to");
  if (const auto width = take_pixels(body, "width", query::kLargestWidth)) request.width = *width;
  request.height = take_pixels(body, "height", kTallestPicture);
  return request;
}

json series_json(const query::SeriesAnswer& answer) {
  json out = {{"series", list_json(answer.series)}};
  if (!answer.groups.empty()) out["groups"] = list_json(answer.groups);
  return out;
}

std::string series_binary(const query::SeriesAnswer& answer) {
  ColumnPlaces places;
  json body = {{"series", list_header(answer.series, places)}};
  if (!answer.groups.empty()) body["groups"] = list_header(answer.groups, places);
  auto header = body.dump(-1, ' ', false, json::error_handler_t::replace);
  while ((sizeof(std::uint32_t) + header.size()) % 8 != 0) header.push_back(' ');
  const auto length = static_cast<std::uint32_t>(header.size());
  std::string out;
  out.reserve(sizeof length + header.size() + places.bytes());
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out += header;
  for (const auto column : places.list()) out += column;
  return out;
}

}  // namespace tracker::http
