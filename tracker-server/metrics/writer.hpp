#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "metrics/meters.hpp"

// Prometheus' text format 0.0.4, written into a string. One thread.
namespace tracker::metrics {

inline constexpr std::string_view kTextType = "text/plain; version=0.0.4; charset=utf-8";

struct Label {
  std::string_view name, value;  // any value: it is escaped
};
using Labels = std::initializer_list<Label>;

class Writer {
 public:
  // A metric without labels, whole. `name` and `help` are ours and of the form the format wants.
  void counter(std::string_view name, std::string_view help, std::uint64_t value);
  void counter(std::string_view name, std::string_view help, const Counter& counter) {
    this->counter(name, help, counter.value());
  }
  void gauge(std::string_view name, std::string_view help, double value);
  void gauge(std::string_view name, std::string_view help, const Gauge& gauge) {
    this->gauge(name, help, static_cast<double>(gauge.value()));
  }
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram);

  // One with labels: the family, then its samples, which must follow at once.
  enum class Type { kCounter, kGauge, kHistogram };
  void family(std::string_view name, std::string_view help, Type type);
  void sample(Labels labels, double value);
  void sample(Labels labels, std::uint64_t value);
  void sample(Labels labels, const Histogram& histogram);

  const std::string& text() const noexcept { return text_; }

 private:
  void line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);

  std::string name_;  // of the family
  std::string text_;
};

}  // namespace tracker::metrics
