#include "http/series_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "http/numbers.hpp"
#include "http/series_head.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;
using Values = std::span<const double>;
static_assert(std::endian::native == std::endian::little, "float64 is sent as it lies in memory");

// NaN, infinity, minus infinity: the largest numbers of a u8 or u16.
constexpr std::uint32_t kCodes = 3;
constexpr std::uint32_t kLevelsOfByte = 255 - kCodes;
constexpr std::uint32_t kMostLevels = 65'535 - kCodes;

enum class Role { kPlace, kValue, kSpread, kCount, kUnseen };

Role role_of(std::string_view name) {
  constexpr std::pair<std::string_view, Role> kRoles[] = {
      {"x", Role::kPlace},      {"x_last", Role::kPlace},    {"x_min", Role::kPlace},
      {"x_max", Role::kPlace},  {"y", Role::kValue},         {"min", Role::kValue},
      {"max", Role::kValue},    {"mean", Role::kValue},      {"median", Role::kValue},
      {"std", Role::kSpread},   {"smoothed", Role::kValue},  {"count", Role::kCount},
      {"points", Role::kCount}, {"nonfinite", Role::kCount},
  };
  for (const auto& [known, role] : kRoles)
    if (known == name) return role;
  return Role::kUnseen;
}

// Of the finite values.
struct Ends {
  double low = HUGE_VAL, high = -HUGE_VAL;
  void add(Values values) {
    for (const double value : values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
};

// Where levels can stand: decoding must not overflow.
bool can_round(const Ends& ends, std::uint32_t levels) {
  return ends.low <= ends.high && std::isfinite((ends.high - ends.low) * levels);
}

// Levels in which whole numbers are exact; absent if there are others, or they reach too far.
std::optional<std::uint32_t> whole_levels(Values values, const Ends& ends) {
  if (!(ends.high - ends.low <= kMostLevels)) return std::nullopt;
  for (const double value : values)
    if (value != std::floor(value)) return std::nullopt;
  return static_cast<std::uint32_t>(ends.high - ends.low);
}

bool is_constant(Values values) {
  const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
  return std::all_of(values.begin(), values.end(),
                     [&](double value) { return bits(value) == bits(values.front()); });
}

template <class Unsigned>
Unsigned level_of(double value, const Ends& ends, std::uint32_t levels) {
  constexpr Unsigned kNan = static_cast<Unsigned>(-1);
  if (std::isnan(value)) return kNan;
  if (std::isinf(value)) return static_cast<Unsigned>(value > 0 ? kNan - 1 : kNan - 2);
  const double range = ends.high - ends.low;
  return range == 0 ? Unsigned{0}
                    : static_cast<Unsigned>(std::lround((value - ends.low) / range * levels));
}

// Differences with the sign in the lowest bit.
template <class Unsigned>
std::vector<Unsigned> differences(Values values, const Ends& ends, std::uint32_t levels) {
  using Signed = std::make_signed_t<Unsigned>;
  std::vector<Unsigned> out;
  out.reserve(values.size());
  Unsigned before = 0;
  for (const double value : values) {
    const auto level = level_of<Unsigned>(value, ends, levels);
    const auto difference = static_cast<Signed>(static_cast<Unsigned>(level - before));
    const int sign = difference < 0 ? -1 : 0;
    out.push_back(static_cast<Unsigned>((static_cast<unsigned>(difference) << 1) ^
                                        static_cast<unsigned>(sign)));
    before = level;
  }
  return out;
}

// The table of distinct columns, and their bytes.
class ColumnTable {
 public:
  std::size_t add_places(Values values) {
    return once(places_, values, [&] {
      Ends ends;
      ends.add(values);
      return add_rounded(values, ends, whole_levels(values, ends).value_or(kMostLevels));
    });
  }

  std::size_t add_counts(Values values) {
    return once(counts_, values, [&] {
      Ends ends;
      ends.add(values);
      const auto levels = whole_levels(values, ends);
      return levels ? add_rounded(values, ends, *levels) : add_exact(values);
    });
  }

  std::size_t add_rounded(Values values, const Ends& ends, std::uint32_t levels) {
    if (is_constant(values)) return add_constant(values);
    if (!can_round(ends, levels)) return add_exact(values);
    const bool byte = levels <= kLevelsOfByte;
    fmt::format_to(std::back_inserter(table_),
                   R"(,{{"n":{},"type":"{}","low":{},"high":{},"levels":{}}})", values.size(),
                   byte ? "u8" : "u16", ends.low, ends.high, levels);
    if (byte) {
      for (const auto code : differences<std::uint8_t>(values, ends, levels))
        bytes_.push_back(static_cast<char>(code));
    } else {
      const auto codes = differences<std::uint16_t>(values, ends, levels);
      for (const auto code : codes) bytes_.push_back(static_cast<char>(code & 0xff));
      for (const auto code : codes) bytes_.push_back(static_cast<char>(code >> 8));
    }
    return count_++;
  }

  // A JSON array.
  std::string table() const { return "[" + (table_.empty() ? "" : table_.substr(1)) + "]"; }
  const std::string& bytes() const noexcept { return bytes_; }

 private:
  using Known = std::unordered_map<std::string_view, std::size_t>;  // by the values' own bytes

  template <class Add>
  static std::size_t once(Known& known, Values values, const Add& add) {
    const std::string_view key(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    const auto found = known.find(key);
    return found != known.end() ? found->second : known.emplace(key, add()).first->second;
  }

  std::size_t add_constant(Values values) {
    const auto value = values.empty() ? json(0) : number(values.front());
    fmt::format_to(std::back_inserter(table_), R"(,{{"n":{},"value":{}}})", values.size(),
                   value.dump());
    return count_++;
  }

  std::size_t add_exact(Values values) {
    fmt::format_to(std::back_inserter(table_), R"(,{{"n":{},"type":"f64"}})", values.size());
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return count_++;
  }

  std::string table_, bytes_;
  std::size_t count_ = 0;
  Known places_, counts_;
};

// One series or group; its columns become places in the table.
template <class One>
json picture_of(const One& one, std::uint32_t levels, ColumnTable& table) {
  Ends values, spread;
  for (const auto& column : one.columns) {
    if (role_of(column.name) == Role::kValue) values.add(column.values);
    if (role_of(column.name) == Role::kSpread) spread.add(column.values);
  }
  auto columns = json::object();
  const auto place = [&](const query::Column& column, std::size_t at) {
    columns[std::string(column.name)] = at;
  };
  for (const auto& column : one.columns) {
    switch (role_of(column.name)) {
      case Role::kPlace:
        place(column, table.add_places(column.values));
        break;
      case Role::kValue:
        place(column, table.add_rounded(column.values, values, levels));
        break;
      case Role::kSpread:
        place(column, table.add_rounded(column.values, spread, levels));
        break;
      case Role::kCount:
        place(column, table.add_counts(column.values));
        break;
      case Role::kUnseen:
        break;
    }
  }
  auto out = series_head(one);
  out[columns_member(one)] = std::move(columns);
  return out;
}

template <class One>
std::string list_of(const std::vector<One>& all, std::uint32_t levels, ColumnTable& table) {
  auto list = json::array();
  for (const auto& one : all) list.push_back(picture_of(one, levels, table));
  return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string series_picture(const query::SeriesAnswer& answer, std::size_t height) {
  const auto levels = static_cast<std::uint32_t>(height);
  ColumnTable table;
  const auto series = list_of(answer.series, levels, table);
  const auto groups = answer.groups.empty() ? "" : list_of(answer.groups, 2 * levels, table);
  auto header = fmt::format(R"({{"columns":{},"series":{})", table.table(), series);
  if (!groups.empty()) header += R"(,"groups":)" + groups;
  header += "}";
  while ((sizeof(std::uint32_t) + header.size()) % 8 != 0) header.push_back(' ');
  const auto length = static_cast<std::uint32_t>(header.size());
  std::string out;
  out.reserve(sizeof length + header.size() + table.bytes().size());
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out += header;
  out += table.bytes();
  return out;
}

}  // namespace tracker::http
