#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tracker {

class Value;
using List = std::vector<Value>;
using Dict = std::map<std::string, Value>;

// A config or summary value: what JSON can say, with integers kept apart from floating point. A
// plain value type.
class Value {
 public:
  using Variant = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Dict>;

  Value() : data_(nullptr) {}
  Value(std::nullptr_t) : data_(nullptr) {}
  Value(bool v) : data_(v) {}
  template <class Int,
            std::enable_if_t<std::is_integral_v<Int> && !std::is_same_v<Int, bool>, int> = 0>
  Value(Int v) : data_(static_cast<std::int64_t>(v)) {}
  Value(float v) : data_(static_cast<double>(v)) {}
  Value(double v) : data_(v) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(List v) : data_(std::move(v)) {}
  Value(Dict v) : data_(std::move(v)) {}

  const Variant& data() const noexcept { return data_; }
  bool operator==(const Value& other) const = default;

 private:
  Variant data_;
};

}  // namespace tracker
