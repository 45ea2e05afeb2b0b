#include "http/run_deletion.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "auth/audit.hpp"
#include "http/run_ids.hpp"
#include "http/run_json.hpp"
#include "query/deletion.hpp"
#include "query/runs.hpp"
#include "storage/deletion.hpp"

namespace tracker::http {
namespace {

void tell(const ApiContext& context, core::RunId run) {
  if (context.run_changed) context.run_changed(run);
}

}  // namespace

Response delete_run(const ApiContext& context, const Request& request) {
  const auto id = run_id_of(request);
  query::resolve_run(context.database, id.text());  // a deleted one is not there
  std::optional<std::uint64_t> grace;
  if (request.query_value("grace_s"))
    grace = request.query_number("grace_s", 0, {0, std::numeric_limits<std::uint32_t>::max()});
  const auto deleted =
      storage::delete_run(context.database, id, query::delete_at(context.clock.now_us(), grace));
  spdlog::info("event=run_deleted run={} purge_us={}", id.text(), deleted.purge_us);
  auth::note(*context.gate, *request.guard, "run.delete", id.text());
  tell(context, id);
  return json_response(
      {{"id", id.text()}, {"deleted_us", deleted.deleted_us}, {"purge_us", deleted.purge_us}});
}

Response restore_run(const ApiContext& context, const Request& request) {
  const auto id = run_id_of(request);
  storage::restore_run(context.database, id);
  spdlog::info("event=run_restored run={}", id.text());
  auth::note(*context.gate, *request.guard, "run.restore", id.text());
  tell(context, id);
  return json_response(run_json(query::get_run(context.database, id), context.clock.now_us()));
}

}  // namespace tracker::http
