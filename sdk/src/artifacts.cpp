#include "src/artifacts.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <thread>

#include <tracker/error.hpp>
#include <tracker/json.hpp>

#include "artifact/names.hpp"
#include "artifact/tree.hpp"
#include "base/fd.hpp"
#include "spool/staged.hpp"

namespace tracker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCopies = "files";

[[noreturn]] void fail(const std::string& what, int error) {
  throw Error(
      error == ENOSPC || error == EDQUOT ? ErrorCode::kResourceExhausted : ErrorCode::kUnavailable,
      what + ": " + std::strerror(error));
}

// Shares the blocks where the file system can, else copies. On the disk when it returns.
void clone_file(const fs::path& from, const fs::path& to) {
  const std::string what = "cannot copy " + from.string() + " to " + to.string();
  const base::Fd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) fail(what, errno);
  const base::Fd out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out) fail(what, errno);
  if (::ioctl(out.get(), FICLONE, in.get()) != 0) {
    std::error_code failed;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, failed);
    if (failed) fail(what, failed.value());
  }
  if (::fdatasync(out.get()) != 0) fail(what, errno);
}

// A new folder's name is on the disk when the folder above it was synced.
void sync_folder(const fs::path& folder) {
  const base::Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // EINVAL: a file system whose folders need no sync.
  if (!fd || (::fsync(fd.get()) != 0 && errno != EINVAL))
    fail("cannot write " + folder.string(), errno);
}

// Every file and every name is on the disk when it returns: request.json, which comes next, must
// not outlive them.
void copy_files(const fs::path& source, const fs::path& into) {
  std::set<fs::path> folders{into, into.parent_path()};
  for (const auto& file : artifact::files_of(source, artifact::OutsideLinks::kRefused).files) {
    const fs::path to = into / file.path;
    std::error_code failed;
    fs::create_directories(to.parent_path(), failed);
    if (failed) fail("cannot make " + to.parent_path().string(), failed.value());
    clone_file(file.file, to);
    for (fs::path at = to.parent_path(); folders.insert(at).second;) at = at.parent_path();
  }
  for (const fs::path& folder : folders) sync_folder(folder);
}

// What the server would refuse hours later is refused here.
void check(const ArtifactSettings& settings) {
  artifact::parse_name(settings.name);
  artifact::check_type(settings.type);
  for (const auto& alias : settings.aliases) artifact::check_alias(alias);
  for (const auto& tag : settings.tags) artifact::check_tag(tag);
  if (settings.path.empty() && settings.references.empty())
    throw Error(ErrorCode::kInvalidArgument, "the artifact has neither a path nor references");
}

spool::ArtifactRequest request_of(const ArtifactSettings& settings) {
  spool::ArtifactRequest request;
  request.name = settings.name;
  request.type = settings.type;
  request.description = settings.description;
  request.metadata_json = settings.metadata.empty() ? "" : to_json(settings.metadata);
  request.aliases = settings.aliases;
  request.tags = settings.tags;
  request.references = settings.references;
  if (settings.ttl) request.ttl_s = static_cast<std::uint64_t>(settings.ttl->count());
  return request;
}

// A new folder that `fill` makes a request of. Nothing is left of one that fails: half a copy would
// take the room that a full disk lacks.
fs::path stage(const fs::path& writer_directory,
               const std::function<void(const fs::path& folder)>& fill) {
  const fs::path folder = spool::new_staging_folder(writer_directory);
  try {
    fill(folder);
  } catch (...) {
    spool::discard(folder);
    throw;
  }
  return folder;
}

}  // namespace

fs::path stage_artifact(const fs::path& writer_directory, const ArtifactSettings& settings) {
  check(settings);
  spool::ArtifactRequest request = request_of(settings);
  // Before anything is made: nothing half is left of a path that is wrong.
  if (!settings.path.empty()) artifact::files_of(settings.path, artifact::OutsideLinks::kRefused);
  return stage(writer_directory, [&](const fs::path& folder) {
    if (!settings.path.empty() && settings.files == ArtifactFiles::kInPlace) {
      request.source = fs::absolute(settings.path);
    } else if (!settings.path.empty()) {
      copy_files(settings.path, folder / kCopies);
      request.source = kCopies;
    }
    spool::submit(folder, request);
  });
}

fs::path stage_use(const fs::path& writer_directory, std::string_view name) {
  artifact::parse_name(name);
  spool::ArtifactRequest request;
  request.kind = spool::ArtifactRequest::Kind::kUse;
  request.name = name;
  return stage(writer_directory, [&](const fs::path& folder) { spool::submit(folder, request); });
}

Staged hand_over(const std::function<fs::path()>& stage) noexcept {
  std::string why;
  try {
    return {stage(), ""};
  } catch (const std::exception& error) {
    why = error.what();
  }
  std::fprintf(stderr, "tracker: an artifact was not taken: %s\n", why.c_str());
  return {{}, why};
}

std::string ArtifactTicket::error() const {
  if (folder_.empty()) return error_;
  const auto request = spool::staged_request(folder_);
  return request.refused() ? spool::refusal_line(request) : "";
}

std::string ArtifactTicket::version() const {
  if (folder_.empty()) return "";
  const auto request = spool::staged_request(folder_);
  return request.result ? request.result->version : "";
}

bool ArtifactTicket::wait(std::chrono::milliseconds timeout) const {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    if (!version().empty()) return true;
    if (!error().empty() || std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace tracker
