#include "query/deletion.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <tracker/error.hpp>

#include "core/time.hpp"

namespace tracker::query {
namespace {

constexpr std::uint64_t kMostGraceSeconds = std::uint64_t{10} * 366 * 24 * 60 * 60;

}  // namespace

storage::DeleteAt delete_at(std::int64_t now_us, std::optional<std::uint64_t> grace_s) {
  const std::uint64_t seconds = grace_s.value_or(kDefaultGraceSeconds);
  if (seconds > kMostGraceSeconds)
    throw Error(ErrorCode::kInvalidArgument, "a grace period is at most 10 years");
  return {now_us, static_cast<std::int64_t>(seconds) * core::kSecondUs};
}

core::RunId resolve_deleted_run(storage::Database& database, std::string_view text) {
  if (const auto id = core::RunId::parse(text)) return *id;
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("`{}` is neither a run's id nor project/name", text));
  }
  const auto runs =
      storage::find_deleted_runs(database, text.substr(0, slash), text.substr(slash + 1));
  if (runs.empty()) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("no deleted run {}: see `tracker runs deleted`", text));
  }
  if (runs.size() == 1) return runs.front().id;
  std::string ids;
  for (std::size_t i = 0; i < std::min<std::size_t>(runs.size(), 5); ++i)
    ids += fmt::format("{}{}", i == 0 ? "" : ", ", runs[i].id.text());
  throw Error(ErrorCode::kFailedPrecondition,
              fmt::format("{} deleted runs are called {}: give an id ({}{})", runs.size(), text,
                          ids, runs.size() > 5 ? ", …" : ""));
}

}  // namespace tracker::query
