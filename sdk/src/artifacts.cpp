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
#include "artifact/paths.hpp"
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

// Another name of the same file; false where the file system has none. Its bytes are on the disk
// when it returns. A link inside of the tree stands for its content, which must be there when the
// tree is not.
bool link_file(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::create_hard_link(fs::canonical(from), to, failed);
  if (failed) return false;
  const base::Fd fd(::open(to.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fdatasync(fd.get()) != 0) fail("cannot write " + to.string(), errno);
  return true;
}

// Every file and every name is on the disk when it returns: request.json, which comes next, must
// not outlive them.
void take_files(const fs::path& source, const fs::path& into, ArtifactFiles how) {
  std::set<fs::path> folders{into, into.parent_path()};
  for (const auto& file : artifact::files_of(source, artifact::OutsideLinks::kRefused).files) {
    const fs::path to = into / file.path;
    std::error_code failed;
    fs::create_directories(to.parent_path(), failed);
    if (failed) fail("cannot make " + to.parent_path().string(), failed.value());
    if (how != ArtifactFiles::kLinked || !link_file(file.file, to)) clone_file(file.file, to);
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
  for (const auto& reference : settings.known_references) {
    artifact::check_path(reference.path);
    const char* fault = artifact::url_fault(reference.url);
    if (fault == nullptr) fault = artifact::checksum_fault(reference.checksum);
    if (fault != nullptr)
      throw Error(ErrorCode::kInvalidArgument,
                  "the reference " + artifact::shown(reference.url) + ' ' + fault);
  }
  if (settings.path.empty() && settings.references.empty() && settings.known_references.empty())
    throw Error(ErrorCode::kInvalidArgument, "the artifact has neither a path nor references");
}

spool::ArtifactRequest request_of(const ArtifactSettings& settings, ArtifactRole role) {
  spool::ArtifactRequest request;
  if (role == ArtifactRole::kInput) request.kind = spool::ArtifactRequest::Kind::kPutAndUse;
  request.name = settings.name;
  request.type = settings.type;
  request.description = settings.description;
  request.metadata_json = settings.metadata.empty() ? "" : to_json(settings.metadata);
  request.aliases = settings.aliases;
  request.tags = settings.tags;
  request.references = settings.references;
  request.known_references = settings.known_references;
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

fs::path stage_artifact(const fs::path& writer_directory, const ArtifactSettings& settings,
                        ArtifactRole role) {
  check(settings);
  spool::ArtifactRequest request = request_of(settings, role);
  // Before anything is made: nothing half is left of a path that is wrong.
  if (!settings.path.empty()) artifact::files_of(settings.path, artifact::OutsideLinks::kRefused);
  return stage(writer_directory, [&](const fs::path& folder) {
    if (!settings.path.empty() && settings.files == ArtifactFiles::kInPlace) {
      request.source = fs::absolute(settings.path);
    } else if (!settings.path.empty()) {
      take_files(settings.path, folder / kCopies, settings.files);
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
