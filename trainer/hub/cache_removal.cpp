#include "hub/cache_removal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <system_error>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "hub/disk.hpp"
#include "hub/shared_blobs.hpp"

namespace trainer::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShortestCommit = 4;
constexpr std::size_t kShownDigits = 12;
constexpr std::size_t kLocksAtOnce = 64;

bool means(const CachedSnapshot& snapshot, const std::string& revision) {
  return (revision.size() >= kShortestCommit && snapshot.commit.starts_with(revision)) ||
         std::find(snapshot.refs.begin(), snapshot.refs.end(), revision) != snapshot.refs.end();
}

const CachedSnapshot& find_snapshot(const CachedRepo& repo, const std::string& revision) {
  const CachedSnapshot* found = nullptr;
  std::string known;
  bool several = false;
  for (const CachedSnapshot& snapshot : repo.snapshots) {
    if (means(snapshot, revision)) {
      several = found != nullptr;
      found = &snapshot;
    }
    known += (known.empty() ? "" : ", ") + snapshot.commit.substr(0, kShownDigits);
    for (const std::string& ref : snapshot.refs) {
      known += " " + ref;
    }
  }
  if (found == nullptr || several) {
    const std::string shown = config::printable(revision);
    const std::string have = config::printable(known, 1000);
    throw found == nullptr
        ? Error(ErrorCode::kNotFound,
                fmt::format("the cache has no revision '{}' of {} '{}': it has {}", shown,
                            repo.type, repo.id, have))
        : Error(ErrorCode::kUsage,
                fmt::format("'{}' may be several revisions of {} '{}': write more of it ({})",
                            shown, repo.type, repo.id, have));
  }
  return *found;
}

// Blobs of snapshots that go and of none that stays; files that lie in a snapshot themselves.
std::uint64_t bytes_of(const std::vector<fs::path>& contents) {
  std::uint64_t bytes = 0;
  for (const fs::path& content : contents) {
    std::error_code gone;
    const std::uint64_t size = fs::file_size(content, gone);
    bytes += gone ? 0 : size;
  }
  return bytes;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (std::error_code gone; !at->is_directory(gone) || at->is_symlink(gone)) {
      files.push_back(at->path());
    }
  }
  return files;
}

std::set<fs::path> contents_below(const fs::path& folder) {
  std::set<fs::path> contents;
  for (const fs::path& file : files_below(folder)) {
    contents.insert(content_of(file));
  }
  return contents;
}

std::vector<fs::path> freed_by(const CachedRepo& repo, const std::vector<CachedSnapshot>& going) {
  std::set<fs::path> kept;
  std::set<fs::path> gone;
  for (const CachedSnapshot& snapshot : repo.snapshots) {
    const bool goes = std::any_of(going.begin(), going.end(), [&](const CachedSnapshot& other) {
      return other.commit == snapshot.commit;
    });
    (goes ? gone : kept).merge(contents_below(snapshot.folder));
  }
  std::vector<fs::path> freed;
  std::set_difference(gone.begin(), gone.end(), kept.begin(), kept.end(),
                      std::back_inserter(freed));
  return freed;
}

void remove_file(const fs::path& file) {
  if (unlink(file.c_str()) != 0 && errno != ENOENT && errno != EISDIR) {
    throw io_error(file, "removed", errno);
  }
}

// The folder and those in it, as far as they are empty.
void remove_empty(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> folders{folder};
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (std::error_code gone; at->is_directory(gone) && !at->is_symlink(gone)) {
      folders.push_back(at->path());
    }
  }
  std::sort(folders.begin(), folders.end(), [](const fs::path& a, const fs::path& b) {
    return a.native().size() > b.native().size();  // the inner ones first
  });
  for (const fs::path& each : folders) {
    rmdir(each.c_str());
  }
}

void remove_tree(const fs::path& folder) {
  for (const fs::path& file : files_below(folder)) {
    remove_file(file);
  }
  remove_empty(folder);
}

// The tag in "<tag>", "<tag>.incomplete" and "<tag>.XXXXXXXX.incomplete".
std::string tag_of(const fs::path& blob) {
  const std::string name = blob.filename().string();
  return name.ends_with(".incomplete") ? name.substr(0, name.find('.')) : name;
}

// A blob that is locked by us, while this lives.
struct Held {
  fs::path blob;
  std::optional<FileLock> lock;
};

void remove_batch(const RemovalPlan& plan, const std::vector<Held>& batch, Removed& removed) {
  const fs::path cache = plan.repo.folder.parent_path();
  const std::set<fs::path> used = contents_below(plan.repo.folder / "snapshots");
  for (const Held& held : batch) {
    if (used.contains(held.blob)) {
      continue;
    }
    const auto shared = shared_content_of(held.blob, cache);
    std::error_code gone;
    const std::uint64_t bytes = shared ? 0 : fs::file_size(held.blob, gone);
    remove_file(held.blob);
    removed.bytes += (gone ? 0 : bytes) + (shared ? sweep_shared_content(*shared, cache) : 0);
    ++removed.blobs;
  }
}

void remove_blobs(const RemovalPlan& plan, const std::vector<fs::path>& blobs, Removed& removed) {
  const fs::path locks = plan.repo.folder.parent_path() / ".locks" / plan.repo.folder.filename();
  make_folders(locks);
  std::vector<Held> batch;
  for (const fs::path& blob : blobs) {
    auto lock = FileLock::if_free(locks / (tag_of(blob) + ".lock"));
    if (!lock) {
      ++removed.in_use;
      continue;
    }
    batch.push_back({.blob = blob, .lock = std::move(lock)});
    if (batch.size() == kLocksAtOnce) {
      remove_batch(plan, batch, removed);
      batch.clear();
    }
  }
  remove_batch(plan, batch, removed);
}

}  // namespace

RemovalPlan plan_removal(const CachedRepo& repo, const std::vector<std::string>& revisions) {
  RemovalPlan plan{.repo = repo, .snapshots = {}};
  if (revisions.empty()) {
    plan.snapshots = repo.snapshots;
  }
  for (const std::string& revision : revisions) {
    const CachedSnapshot& snapshot = find_snapshot(repo, revision);
    if (std::none_of(
            plan.snapshots.begin(), plan.snapshots.end(),
            [&](const CachedSnapshot& other) { return other.commit == snapshot.commit; })) {
      plan.snapshots.push_back(snapshot);
    }
  }
  plan.whole = plan.snapshots.size() == repo.snapshots.size();
  plan.bytes = bytes_of(freed_by(repo, plan.snapshots)) + (plan.whole ? repo.incomplete_bytes : 0);
  return plan;
}

namespace {

// A snapshot with all that is only about it; the blobs that it leads to are added to `contents`.
void remove_snapshot(const CachedRepo& repo, const CachedSnapshot& snapshot,
                     std::set<fs::path>& contents, Removed& removed) {
  for (const std::string& ref : snapshot.refs) {
    remove_file(repo.folder / "refs" / ref);
  }
  for (const fs::path& file : files_below(snapshot.folder)) {
    const fs::path content = content_of(file);
    std::error_code gone;
    const std::uint64_t bytes = content == file ? fs::file_size(file, gone) : 0;
    if (content.parent_path() == repo.folder / "blobs") {
      contents.insert(content);
    }
    remove_file(file);
    removed.bytes += gone ? 0 : bytes;
  }
  remove_tree(repo.folder / ".no_exist" / snapshot.commit);
  remove_file(repo.folder / "trees" / (snapshot.commit + ".json"));
  remove_empty(snapshot.folder);
}

// What is left of a repo without snapshots and blobs.
void remove_rest(const CachedRepo& repo) {
  remove_tree(repo.folder / ".no_exist");
  remove_tree(repo.folder / "trees");
  std::error_code error;
  for (fs::directory_iterator at(repo.folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".tmp") {
      remove_file(at->path());
    }
  }
  remove_empty(repo.folder);
}

}  // namespace

Removed remove_cached(const RemovalPlan& plan) {
  const CachedRepo& repo = plan.repo;
  Removed removed;
  std::set<fs::path> contents;
  for (const CachedSnapshot& snapshot : plan.snapshots) {
    remove_snapshot(repo, snapshot, contents, removed);
  }
  if (plan.whole) {
    for (const fs::path& blob : files_below(repo.folder / "blobs")) {
      contents.insert(blob);
    }
  }
  remove_blobs(plan, {contents.begin(), contents.end()}, removed);
  if (plan.whole) {
    remove_rest(repo);
  }
  return removed;
}

}  // namespace trainer::hub
