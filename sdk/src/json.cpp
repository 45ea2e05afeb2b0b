#include "src/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "spool/utf8.hpp"

namespace tracker {
namespace {

using nlohmann::json;

json convert(const Value& value);

struct Converter {
  json operator()(std::nullptr_t) const { return nullptr; }
  json operator()(bool v) const { return v; }
  json operator()(std::int64_t v) const { return v; }
  json operator()(double v) const {
    if (std::isnan(v)) return "NaN";
    if (std::isinf(v)) return v > 0 ? "Infinity" : "-Infinity";
    return v;
  }
  json operator()(const std::string& v) const { return spool::to_utf8(v); }
  json operator()(const List& v) const {
    json out = json::array();
    for (const Value& item : v) out.push_back(convert(item));
    return out;
  }
  json operator()(const Dict& v) const {
    json out = json::object();
    for (const auto& [key, item] : v) out[spool::to_utf8(key)] = convert(item);
    return out;
  }
};

json convert(const Value& value) { return std::visit(Converter{}, value.data()); }

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

std::string to_json(const MetricDefinition& definition) {
  return json{{"step_metric", spool::to_utf8(definition.step_metric)},
              {"summary", name_of(definition.summary)},
              {"goal", name_of(definition.goal)},
              {"hidden", definition.hidden}}
      .dump();
}

}  // namespace tracker
