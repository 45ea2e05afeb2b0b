#include "app/first_admin.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "core/log_text.hpp"
#include "storage/access.hpp"

namespace tracker::app {

auth::Anonymous anonymous(const Config& config) {
  if (config.anonymous == Anonymous::kAllowed) return auth::Anonymous::kAlways;
  return config.http.loopback() && config.grpc.loopback() ? auth::Anonymous::kUntilFirstUser
                                                          : auth::Anonymous::kNever;
}

void say_if_nobody_can_come(auth::Gate& gate, const Config& config) {
  if (anonymous(config) != auth::Anonymous::kNever || storage::has_accounts(gate.database()))
    return;
  const auto store = config.database_url
                         ? std::string("--database-url URL")
                         : fmt::format("--data-dir {}", config.data_directory.string());
  spdlog::warn("event=no_users remedy={}",
               core::quoted(fmt::format("nobody can log in yet: run `tracker admin rescue NAME "
                                        "--server-admin --key {}` on this machine",
                                        store)));
}

}  // namespace tracker::app
