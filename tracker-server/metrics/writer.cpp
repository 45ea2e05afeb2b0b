#include "metrics/writer.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tracker::metrics {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n')
      out += "\\n";
    else
      out.push_back(c);
  }
}

std::string_view name_of(Writer::Type type) {
  switch (type) {
    case Writer::Type::kCounter:
      return "counter";
    case Writer::Type::kGauge:
      return "gauge";
    case Writer::Type::kHistogram:
      break;
  }
  return "histogram";
}

}  // namespace

void Writer::family(std::string_view name, std::string_view help, Type type) {
  name_ = name;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, name_of(type));
}

void Writer::line(std::string_view suffix, Labels labels, std::string_view bound,
                  std::string_view value) {
  text_ += name_;
  text_ += suffix;
  char before = '{';
  const auto add = [&](std::string_view name, std::string_view text) {
    text_ += before;
    text_ += name;
    text_ += "=\"";
    append_escaped(text_, text);
    text_ += '"';
    before = ',';
  };
  for (const auto& label : labels) add(label.name, label.value);
  if (!bound.empty()) add("le", bound);
  if (before == ',') text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

void Writer::sample(Labels labels, double value) { line("", labels, "", number(value)); }

void Writer::sample(Labels labels, std::uint64_t value) {
  line("", labels, "", fmt::format("{}", value));
}

// The count is that of the buckets as read here, so that the last bucket and it never disagree.
void Writer::sample(Labels labels, const Histogram& histogram) {
  std::uint64_t count = 0;
  const auto bounds = histogram.bounds();
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    count += histogram.bucket(i);
    const auto bound = i < bounds.size()
                           ? number(static_cast<double>(bounds[i]) / histogram.scale())
                           : std::string("+Inf");
    line("_bucket", labels, bound, fmt::format("{}", count));
  }
  line("_sum", labels, "", number(static_cast<double>(histogram.sum()) / histogram.scale()));
  line("_count", labels, "", fmt::format("{}", count));
}

void Writer::counter(std::string_view name, std::string_view help, std::uint64_t value) {
  family(name, help, Type::kCounter);
  sample({}, value);
}

void Writer::gauge(std::string_view name, std::string_view help, double value) {
  family(name, help, Type::kGauge);
  sample({}, value);
}

void Writer::histogram(std::string_view name, std::string_view help, const Histogram& histogram) {
  family(name, help, Type::kHistogram);
  sample({}, histogram);
}

}  // namespace tracker::metrics
