#include "storage/query_fields.hpp"

#include <algorithm>
#include <cstdio>
#include <pqxx/pqxx>

#include "base/non_finite.hpp"
#include "core/attributes.hpp"

namespace tracker::storage {
namespace {

using filter::Source;

constexpr const char* kAttributeKeys = R"sql(
  SELECT id, source, name FROM attribute_key WHERE project_id = $1::uuid AND name = ANY ($2::text[]))sql";

int number_of(core::AttributeSource source) { return static_cast<int>(source); }

}  // namespace

std::string QueryParams::add(std::string value, const char* type) {
  values_.push_back(std::move(value));
  return "$" + std::to_string(values_.size()) + "::" + type;
}

std::string QueryParams::text_of(double value) {
  if (const auto name = base::non_finite_name(value)) return std::string(*name);
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

std::string QueryParams::array_of(const std::vector<std::string>& values) {
  std::string out(1, '{');
  for (const auto& value : values) {
    out += out.size() > 1 ? ",\"" : "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
  out.push_back('}');
  return out;
}

pqxx::result QueryParams::run(pqxx::transaction_base& transaction, const std::string& sql) const {
  return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(values_));
}

void QueryFields::add(const filter::Field& field) {
  if (!filter::is_attribute(field.source)) return;
  if (std::find(fields_.begin(), fields_.end(), field) == fields_.end()) fields_.push_back(field);
}

void QueryFields::add(const filter::Node& node) {
  if (node.kind == filter::Node::Kind::kTerm) add(node.term.field);
  for (const auto& child : node.children) add(child);
}

void QueryFields::load(pqxx::transaction_base& transaction, core::ProjectId project) {
  if (fields_.empty()) return;
  std::vector<std::string> names;
  for (const auto& field : fields_) names.push_back(field.key);
  for (const pqxx::row& row :
       transaction.exec_params(kAttributeKeys, project.text(), QueryParams::array_of(names)))
    ids_[{row[1].as<int>(), row[2].c_str()}] = row[0].as<std::int32_t>();
}

std::optional<std::int32_t> QueryFields::key_of(const filter::Field& field) const {
  const auto find = [&](int source) -> std::optional<std::int32_t> {
    const auto found = ids_.find({source, field.key});
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  };
  switch (field.source) {
    case Source::kConfig:
      return find(number_of(core::AttributeSource::kConfig));
    case Source::kSummary:
      return find(number_of(core::AttributeSource::kSummary));
    case Source::kMetric:
      return find(static_cast<int>(field.statistic));
    default:
      break;
  }
  const auto config = find(number_of(core::AttributeSource::kConfig));
  return config ? config : find(number_of(core::AttributeSource::kSummary));
}

std::vector<std::string> QueryFields::unknown() const {
  std::vector<std::string> out;
  for (const auto& field : fields_)
    if (!key_of(field)) out.push_back(field.text);
  return out;
}

RunColumn run_column(Source source, const std::string& now) {
  const std::string no_number = "NULL::float8", no_text = "NULL::text";
  switch (source) {
    case Source::kName:
      return {no_number, "r.name COLLATE \"C\""};
    case Source::kId:
      return {no_number, "r.id::text COLLATE \"C\""};
    case Source::kState:
      return {no_number,
              "(ARRAY['running','finished','failed','crashed','stopped'])[r.state] COLLATE \"C\""};
    case Source::kGroup:
      return {no_number, "nullif(r.group_name, '') COLLATE \"C\""};
    case Source::kJobType:
      return {no_number, "nullif(r.job_type, '') COLLATE \"C\""};
    case Source::kNotes:
      return {no_number, "nullif(r.notes, '') COLLATE \"C\""};
    case Source::kCreated:
      return {"r.created_us::float8", no_text};
    case Source::kEnded:
      return {"r.ended_us::float8", no_text};
    case Source::kDuration:
      return {"((greatest(coalesce(r.ended_us, " + now +
                  "), r.created_us) - r.created_us)::float8 / 1000000)",
              no_text};
    default:
      return {no_number, no_text};
  }
}

}  // namespace tracker::storage
