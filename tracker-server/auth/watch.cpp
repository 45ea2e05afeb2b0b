#include "auth/watch.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

#include "core/log_text.hpp"
#include "storage/access.hpp"

namespace tracker::auth {
namespace {

constexpr std::chrono::milliseconds kPause{1'000};

}  // namespace

Watch::Watch(Gate& gate)
    : gate_(gate),
      rounds_(
          kPause, core::Periodic::First::kAfterPause, [this] { round(); },
          [](const std::exception& error) {
            spdlog::warn("event=access_look_failed error={}", core::quoted(error.what()));
          }) {}

Watch::~Watch() { stop(); }
void Watch::start() { rounds_.start(); }
void Watch::stop() { rounds_.stop(); }

Watch::Entry::~Entry() { watch_.remove(id_); }

std::unique_ptr<Watch::Entry> Watch::add(const Claim& claim, const Origin& from,
                                         const Principal& who, Look look) {
  const std::lock_guard lock(mutex_);
  const auto id = next_++;
  open_.emplace(id, Open{claim, from, who.expires_us, std::move(look), true});
  return std::unique_ptr<Entry>(new Entry(*this, id));
}

void Watch::remove(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  open_.erase(id);
}

std::map<std::uint64_t, Watch::Open> Watch::due(std::int64_t version, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  const bool changed = version != version_;
  std::map<std::uint64_t, Open> out;
  for (const auto& [id, one] : open_)
    if (changed || one.fresh || one.expires_us <= now_us) out.emplace(id, one);
  return out;
}

// The version is taken before the look: a change that comes between is looked at twice. It counts
// as looked at only when all have been: a database that goes away in between is asked again.
void Watch::round() {
  {
    const std::lock_guard lock(mutex_);
    if (open_.empty()) {
      version_ = 0;
      return;
    }
  }
  const auto version = storage::access_version(gate_.database());
  std::map<std::pair<std::string, std::string>, Guard> guards;
  const auto looked_at = due(version, gate_.clock().now_us());
  for (const auto& [id, one] : looked_at) {
    const std::pair key(one.claim.key, one.claim.session);
    auto found = guards.find(key);
    if (found == guards.end()) {
      Guard guard(gate_.database(), one.claim, gate_.identify(one.claim, one.from), Access::kPublic,
                  one.from);
      found = guards.emplace(key, std::move(guard)).first;
    }
    one.look(found->second);
  }
  const std::lock_guard lock(mutex_);
  version_ = version;
  for (const auto& [id, one] : looked_at)
    if (const auto found = open_.find(id); found != open_.end()) found->second.fresh = false;
}

}  // namespace tracker::auth
