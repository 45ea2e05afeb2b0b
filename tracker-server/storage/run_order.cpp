#include "storage/run_order.hpp"

#include <cstdlib>

namespace tracker::storage {
namespace {

using filter::SortKey;

bool is_falling(const SortKey& key) { return key.direction == SortKey::Direction::kFalling; }

std::string name_of(std::size_t key, const char* what) { return "k" + std::to_string(key) + what; }

}  // namespace

std::string RunOrder::columns(FilterSql& sql, const std::string& no) const {
  std::string out = no + " AS no";
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    RunColumn column{"NULL::float8", "NULL::text"};
    if (i == 0 && rows_ != Rows::kAny) {
      out += rows_ == Rows::kNumbers ? ", 0 AS k0rank, w.v AS k0num, NULL::text AS k0str"
                                     : ", 1 AS k0rank, NULL::float8 AS k0num, w.v AS k0str";
      continue;
    }
    if (!filter::is_attribute(keys_[i].field.source)) {
      column = sql.run_field(keys_[i].field.source);
    } else if (const auto key = context_.fields.key_of(keys_[i].field)) {
      const auto alias = alias_of(*key);
      column = {alias + ".num", alias + ".str"};
    }
    out += ", CASE WHEN " + column.number + " IS NOT NULL THEN 0 WHEN " + column.text +
           " IS NOT NULL THEN 1 ELSE 2 END AS " + name_of(i, "rank") + ", " + column.number +
           " AS " + name_of(i, "num") + ", " + column.text + " AS " + name_of(i, "str");
  }
  return out;
}

std::vector<std::int32_t> RunOrder::attributes() const {
  std::vector<std::int32_t> out;
  for (const auto& key : keys_)
    if (const auto id = context_.fields.key_of(key.field);
        id && filter::is_attribute(key.field.source))
      out.push_back(*id);
  return out;
}

bool RunOrder::falling() const { return is_falling(keys_.back()); }

// (k0 behind) OR (k0 equal AND ((k1 behind) OR … (no behind)))
std::string RunOrder::behind(const RunPosition& position) const {
  auto& params = context_.params;
  std::string out = std::string("no ") + (falling() ? "<" : ">") + " " +
                    params.add(std::to_string(position.no), "integer");
  for (std::size_t i = keys_.size(); i-- > 0;) {
    const auto& value = position.values[i];
    const auto rank = name_of(i, "rank");
    const std::string sign = is_falling(keys_[i]) ? " < " : " > ";
    std::string later = rank + " > " + std::to_string(value.index() == 0 ? 2 : value.index() - 1);
    std::string equal = rank + " = 2";
    if (value.index() != 0) {
      const bool number = value.index() == 1;
      const auto column = name_of(i, number ? "num" : "str");
      const auto bound = number ? params.add_number(std::get<double>(value))
                                : params.add(std::get<std::string>(value), "text");
      later += " OR " + column + sign + bound;  // NULL for the other type
      equal = column + " = " + bound;
    }
    out = "(" + later + " OR (" + equal + " AND " + out + "))";
  }
  return out;
}

std::string RunOrder::order() const {
  // What the rows are in already, so that nothing is sorted and the walk ends with the page.
  if (rows_ != Rows::kAny && keys_.size() == 1) {
    const std::string value = rows_ == Rows::kNumbers ? "k0num" : "k0str";
    return falling() ? value + " DESC, no DESC" : value + ", no";
  }
  std::string out;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const std::string direction = is_falling(keys_[i]) ? " DESC, " : ", ";
    out +=
        name_of(i, "rank") + ", " + name_of(i, "num") + direction + name_of(i, "str") + direction;
  }
  return out + (falling() ? "no DESC" : "no");
}

RunPosition position_of(const pqxx::row& row, std::size_t keys) {
  RunPosition out;
  out.no = row[0].as<std::int32_t>();
  for (std::size_t i = 0; i < keys; ++i) {
    const auto at = static_cast<pqxx::row::size_type>(1 + 3 * i);
    if (!row[at + 1].is_null())
      out.values.emplace_back(std::strtod(row[at + 1].c_str(), nullptr));
    else if (!row[at + 2].is_null())
      out.values.emplace_back(std::string(row[at + 2].c_str()));
    else
      out.values.emplace_back();
  }
  return out;
}

}  // namespace tracker::storage
