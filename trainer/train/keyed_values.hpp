#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace trainer::train {

// The value of a flag that holds several: `a=1,b=cosine`, as --optim-args is written, or the JSON
// object {"a": 1, "b": "cosine"}, as --lr-scheduler-kwargs is. Every getter throws Error(kUsage)
// that names the flag, the key and the value.
class KeyedValues {
 public:
  KeyedValues() = default;
  KeyedValues(std::string flag, const std::string& text);

  // Throws for a key that is not one of these; `whose` says whose they are.
  void expect_only(std::initializer_list<std::string_view> keys, const std::string& whose) const;

  bool has(std::string_view key) const { return values_.contains(key); }
  std::optional<double> number(std::string_view key) const;
  double number_or(std::string_view key, double fallback) const;
  // A whole number of at least 0.
  std::optional<std::int64_t> count(std::string_view key) const;
  std::int64_t count_or(std::string_view key, std::int64_t fallback) const;
  bool flag_or(std::string_view key, bool fallback) const;  // true yes 1, false no 0
  std::string one_of(std::string_view key, std::initializer_list<std::string_view> choices,
                     std::string_view fallback) const;

  // Error(kUsage): "FLAG: key=value is `what`".
  [[noreturn]] void refuse(std::string_view key, const std::string& what) const;

 private:
  void read_pairs(const std::string& text);
  void read_json(const std::string& text);

  std::string flag_;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace trainer::train
