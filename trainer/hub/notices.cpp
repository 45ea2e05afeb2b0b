#include "hub/notices.hpp"

#include <spdlog/spdlog.h>

namespace trainer::hub {

void inform(const std::string& line) {
  if (const auto log = spdlog::get(kLogger)) log->info("{}", line);
}

void warn(const std::string& line) {
  if (const auto log = spdlog::get(kLogger)) log->warn("{}", line);
}

}  // namespace trainer::hub
