#include "storage/audit_query.hpp"

#include <string_view>

#include "storage/query_fields.hpp"
#include "storage/sql.hpp"

namespace tracker::storage {
namespace {

// A pattern of LIKE for one with `*`.
std::string like_of(std::string_view pattern) {
  std::string out;
  for (const char c : pattern) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c == '*' ? '%' : c;
  }
  return out;
}

std::string is(const char* column, const std::string& pattern, QueryParams& params) {
  if (pattern.find('*') == std::string::npos)
    return std::string(column) + " = " + params.add(pattern, "text");
  return std::string(column) + " LIKE " + params.add(like_of(pattern), "text");
}

std::string any_action(const std::vector<std::string>& actions, QueryParams& params) {
  std::string out;
  for (const auto& action : actions)
    out += (out.empty() ? "(" : " OR ") + is("action", action, params);
  return out + ")";
}

// How targets name what belongs to a project: docs/access.md, "Audit". Names of projects may have
// slashes, what follows them in a target has none: the last slash divides.
std::string of_project(const std::string& name, QueryParams& params) {
  const auto project = params.add(name, "text");
  const std::string itself = "target = " + project + " AND action LIKE 'project.%'";
  const std::string held = "starts_with(target, " + project +
                           " || '/') AND strpos(substr(target, length(" + project +
                           ") + 2), '/') = 0 AND (action LIKE 'artifact.%' OR action LIKE "
                           "'view.%' OR action LIKE 'report.%')";
  const std::string run =
      "action LIKE 'run.%' AND target IN (SELECT r.id::text FROM run r JOIN project p ON p.id = "
      "r.project_id WHERE p.name = " +
      project + ")";
  return "((" + itself + ") OR (" + held + ") OR (" + run + "))";
}

std::string anywhere(const std::string& text, QueryParams& params) {
  const auto wanted = "lower(" + params.add(text, "text") + ")";
  return "(strpos(lower(target), " + wanted + ") > 0 OR strpos(lower(detail), " + wanted + ") > 0)";
}

std::string where(const AuditPage& page, QueryParams& params) {
  const auto& filter = page.filter;
  const auto number = [&](std::int64_t value) { return params.add(std::to_string(value), "int8"); };
  std::string out = "true";
  const auto also = [&](const std::string& condition) { out += " AND " + condition; };
  if (page.before) also("no < " + number(*page.before));
  if (filter.from_us) also("at_us >= " + number(*filter.from_us));
  if (filter.to_us) also("at_us < " + number(*filter.to_us));
  if (filter.actor) also(is("actor", *filter.actor, params));
  if (!filter.actions.empty()) also(any_action(filter.actions, params));
  if (filter.target) also(is("target", *filter.target, params));
  if (filter.project) also(of_project(*filter.project, params));
  if (filter.text) also(anywhere(*filter.text, params));
  return out;
}

}  // namespace

std::vector<AuditRow> list_audit(Database& database, const AuditPage& page) {
  QueryParams params;
  const auto sql =
      "SELECT no, at_us, actor, key_id, address, request_id, action, target, detail "
      "FROM audit WHERE " +
      where(page, params) + " ORDER BY no DESC LIMIT " + std::to_string(page.limit);
  return in_transaction(database, [&](pqxx::work& transaction) {
    std::vector<AuditRow> out;
    for (const auto& row : params.run(transaction, sql)) {
      const auto text = [&](int column) { return row[column].as<std::string>(); };
      out.push_back({row[0].as<std::int64_t>(),
                     {row[1].as<std::int64_t>(), text(2), text(3), text(4), text(5), text(6),
                      text(7), text(8)}});
    }
    return out;
  });
}

}  // namespace tracker::storage
