#include "cli/audit.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/clock.hpp"
#include "cli/access_view.hpp"
#include "cli/api_client.hpp"
#include "cli/moment.hpp"
#include "cli/output.hpp"
#include "cli/settings.hpp"

namespace tracker::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kEntriesAtOnce = 1'000;  // the most that the server gives at once

struct AuditOptions {
  std::string actor, action, target, project, text, since, until;
  bool nobody = false, as_json = false;
  std::size_t limit = 100;
};

std::string filter_of(const AuditOptions& options, std::int64_t now_us) {
  std::string out;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out.append("&").append(name).append("=").append(escaped(value));
  };
  add("actor", options.actor);
  if (options.nobody) out += "&actor=";
  add("action", options.action);
  add("target", options.target);
  add("project", options.project);
  add("text", options.text);
  if (!options.since.empty())
    add("from_us", std::to_string(parse_moment(options.since, now_us, "--since")));
  if (!options.until.empty())
    add("to_us", std::to_string(parse_moment(options.until, now_us, "--until")));
  return out;
}

// Page by page, until there are as many as were asked for or no more.
json read(ApiClient& client, const std::string& filter, std::size_t limit) {
  json entries = json::array(), before;
  while (entries.size() < limit) {
    std::string path =
        "audit?limit=" + std::to_string(std::min(kEntriesAtOnce, limit - entries.size()));
    path += filter;
    if (!before.is_null()) path += "&before=" + before.dump();
    json page = client.get(path);
    for (auto& entry : page.at("entries")) entries.push_back(std::move(entry));
    before = page.at("next_before");
    if (before.is_null()) break;
  }
  return entries;
}

int print_audit(const std::string& server, const AuditOptions& options) {
  const auto filter = filter_of(options, base::now_us());
  ApiClient client(server_url(server));
  const auto entries = read(client, filter, options.limit);
  Output out;
  out.write(options.as_json ? entries.dump(2, ' ', false, json::error_handler_t::replace) + "\n"
                            : audit_table(entries));
  out.commit();
  return kDone;
}

}  // namespace

void add_audit(Program& program, CLI::App& admin) {
  auto& app = *admin.add_subcommand("audit", "Who did what, newest first. For server admins.");
  const auto options = std::make_shared<AuditOptions>();
  auto* actor = app.add_option("--actor", options->actor, "by this user; * stands for any letters");
  app.add_flag("--nobody", options->nobody, "by nobody in particular, as failed logins")
      ->excludes(actor);
  app.add_option("--action", options->action, "one of these, as run.*,key.create");
  app.add_option("--target", options->target, "done to this, as imdb/net:*");
  app.add_option("--project", options->project,
                 "done to this project, its runs, artifacts, views or reports");
  app.add_option("--text", options->text, "with this in the target or detail, in any case");
  app.add_option("--since", options->since, "from then on: 2026-05-03, or 7d ago");
  app.add_option("--until", options->until, "before then");
  app.add_option("--limit", options->limit, "entries")->capture_default_str();
  app.add_flag("--json", options->as_json, "for scripts");
  app.fallthrough();
  app.callback([&program, options] {
    program.action = [&program, options] { return print_audit(program.server, *options); };
  });
}

}  // namespace tracker::cli
