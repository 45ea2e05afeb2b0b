#include "app/first_admin.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "auth/sessions.hpp"
#include "core/log_text.hpp"

namespace tracker::app {

auth::Anonymous anonymous(const Config& config) {
  if (config.anonymous == Anonymous::kAllowed) return auth::Anonymous::kAlways;
  return config.http.loopback() && config.grpc.loopback() ? auth::Anonymous::kUntilFirstUser
                                                          : auth::Anonymous::kNever;
}

void say_if_nobody_can_come(auth::Gate& gate, const Config& config, const std::string& http) {
  if (anonymous(config) != auth::Anonymous::kNever) return;
  const auto token = auth::make_first_start(gate);
  if (!token) return;
  const auto store = config.database_url
                         ? std::string("--database-url URL")
                         : fmt::format("--data-dir {}", config.data_directory.string());
  // Behind `#`, so that no proxy and no log on the way has it.
  spdlog::warn("event=no_users link={}/first-start#{} remedy={}", http, *token,
               core::quoted(fmt::format(
                   "nobody can log in yet: open the link, good once and for a day, in a browser "
                   "(with this server's own name, if it has one), or run `tracker admin rescue "
                   "NAME --server-admin --key {}` on this machine",
                   store)));
}

}  // namespace tracker::app
