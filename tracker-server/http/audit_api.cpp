#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "base/utf8.hpp"
#include "http/access_api.hpp"
#include "storage/audit_query.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

constexpr std::size_t kMostActions = 32;

std::optional<std::string> text_of(const Request& request, const char* name) {
  auto text = request.query_value(name);
  if (text && !base::is_text(*text))
    throw Error(ErrorCode::kInvalidArgument, fmt::format("{} must be UTF-8 without NUL", name));
  return text;
}

std::optional<std::int64_t> number_parameter(const Request& request, const char* name) {
  if (!request.query_value(name)) return std::nullopt;
  return static_cast<std::int64_t>(
      request.query_number(name, 0, {0, std::numeric_limits<std::int64_t>::max()}));
}

// "login,login.*": one of them.
std::vector<std::string> actions_of(const Request& request) {
  std::vector<std::string> out;
  const auto text = text_of(request, "action").value_or("");
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto one = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (!one.empty()) out.emplace_back(one);
  }
  if (out.size() > kMostActions)
    throw Error(ErrorCode::kInvalidArgument, fmt::format("at most {} actions", kMostActions));
  return out;
}

storage::AuditPage audit_page(const Request& request) {
  storage::AuditPage page;
  page.filter.actor = text_of(request, "actor");
  page.filter.actions = actions_of(request);
  page.filter.target = text_of(request, "target");
  page.filter.project = text_of(request, "project");
  page.filter.text = text_of(request, "text");
  page.filter.from_us = number_parameter(request, "from_us");
  page.filter.to_us = number_parameter(request, "to_us");
  page.before = number_parameter(request, "before");
  page.limit = request.query_number("limit", 100, {1, 1'000});
  return page;
}

json entry_json(const storage::AuditRow& row) {
  const auto& one = row.entry;
  return {{"no", row.no},         {"at_us", one.at_us},     {"actor", one.actor},
          {"key", one.key},       {"address", one.address}, {"request_id", one.request_id},
          {"action", one.action}, {"target", one.target},   {"detail", one.detail}};
}

}  // namespace

Response get_audit(const ApiContext& context, const Request& request) {
  const auto page = audit_page(request);
  auto entries = json::array();
  json next;
  for (const auto& row : storage::list_audit(context.database, page)) {
    entries.push_back(entry_json(row));
    if (entries.size() == page.limit) next = row.no;
  }
  return json_response({{"entries", std::move(entries)}, {"next_before", next}});
}

}  // namespace tracker::http
