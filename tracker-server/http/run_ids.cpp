#include "http/run_ids.hpp"

#include <algorithm>
#include <string_view>

#include "auth/guard.hpp"

namespace tracker::http {

std::vector<core::RunId> run_ids_of(const Request& request) {
  const auto text = request.query_value("runs").value_or("");
  std::vector<core::RunId> ids;
  for (std::size_t at = 0; at < text.size();) {
    const auto comma = std::min(text.find(',', at), text.size());
    ids.push_back(core::RunId::from_text(std::string_view(text).substr(at, comma - at)));
    at = comma + 1;
  }
  if (ids.empty()) throw Error(ErrorCode::kInvalidArgument, "`runs` names no run");
  return ids;
}

core::RunId run_id_of(const Request& request) {
  const auto id = core::RunId::from_text(request.parameters.at("id"));
  request.guard->run(id);
  return id;
}

}  // namespace tracker::http
