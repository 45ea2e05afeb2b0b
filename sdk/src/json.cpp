#include "src/json.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/non_finite.hpp"
#include "base/utf8.hpp"

namespace tracker {
namespace {

using nlohmann::json;

constexpr int kDeepest = 64;  // as of documents that a server takes

json convert(const Value& value);

struct Converter {
  json operator()(std::nullptr_t) const { return nullptr; }
  json operator()(bool v) const { return v; }
  json operator()(std::int64_t v) const { return v; }
  json operator()(double v) const {
    if (const auto name = base::non_finite_name(v)) return std::string(*name);
    return v;
  }
  json operator()(const std::string& v) const { return base::to_text(v); }
  json operator()(const List& v) const {
    json out = json::array();
    for (const Value& item : v) out.push_back(convert(item));
    return out;
  }
  json operator()(const Dict& v) const {
    json out = json::object();
    for (const auto& [key, item] : v) out[base::to_text(key)] = convert(item);
    return out;
  }
};

json convert(const Value& value) { return std::visit(Converter{}, value.data()); }

Value to_value(const json& value) {
  switch (value.type()) {
    case json::value_t::boolean:
      return value.get<bool>();
    case json::value_t::number_integer:
      return value.get<std::int64_t>();
    case json::value_t::number_unsigned:
      if (value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
        return value.get<double>();
      return value.get<std::int64_t>();
    case json::value_t::number_float:
      return value.get<double>();
    case json::value_t::string:
      return value.get<std::string>();
    case json::value_t::array: {
      List list;
      for (const auto& item : value) list.push_back(to_value(item));
      return list;
    }
    case json::value_t::object: {
      Dict dict;
      for (const auto& [key, item] : value.items()) dict.emplace(key, to_value(item));
      return dict;
    }
    default:
      return nullptr;
  }
}

const char* name_of(Summarize summary) {
  switch (summary) {
    case Summarize::kLast:
      return "last";
    case Summarize::kMin:
      return "min";
    case Summarize::kMax:
      return "max";
    case Summarize::kMean:
      return "mean";
    case Summarize::kBest:
      return "best";
    case Summarize::kNone:
      break;
  }
  return "none";
}

const char* name_of(Goal goal) {
  switch (goal) {
    case Goal::kMinimize:
      return "minimize";
    case Goal::kMaximize:
      return "maximize";
    case Goal::kNone:
      break;
  }
  return "none";
}

}  // namespace

std::string to_json(const Dict& dict) { return Converter{}(dict).dump(); }

std::optional<Value> value_from_json(std::string_view text) {
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, json::parse_event_t, const json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  const json parsed = json::parse(text, watch, false);
  if (too_deep || parsed.is_discarded()) return std::nullopt;
  return to_value(parsed);
}

std::string to_json(const MetricDefinition& definition) {
  return json{{"step_metric", base::to_text(definition.step_metric)},
              {"summary", name_of(definition.summary)},
              {"goal", name_of(definition.goal)},
              {"hidden", definition.hidden}}
      .dump();
}

}  // namespace tracker
