#include "src/artifacts.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <cstdio>
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

// Shares the blocks where the file system can, else copies.
void clone_file(const fs::path& from, const fs::path& to) {
  const base::Fd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  const base::Fd out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (in && out && ::ioctl(out.get(), FICLONE, in.get()) == 0) return;
  std::error_code failed;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, failed);
  if (failed)
    throw Error(failed == std::errc::no_space_on_device ? ErrorCode::kResourceExhausted
                                                        : ErrorCode::kUnavailable,
                "cannot copy " + from.string() + " to " + to.string() + ": " + failed.message());
}

void take_files(const fs::path& source, const fs::path& into, ArtifactFiles how) {
  for (const auto& file : artifact::files_of(source, artifact::OutsideLinks::kRefused).files) {
    const fs::path to = into / file.path;
    fs::create_directories(to.parent_path());
    std::error_code failed;
    // A link inside of the tree stands for its content, which must be there when the tree is not.
    if (how == ArtifactFiles::kLinked) fs::create_hard_link(fs::canonical(file.file), to, failed);
    if (how != ArtifactFiles::kLinked || failed) clone_file(file.file, to);
  }
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

}  // namespace

fs::path stage_artifact(const fs::path& writer_directory, const ArtifactSettings& settings,
                        ArtifactRole role) {
  check(settings);
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
  // Before anything is made: nothing half is left of a path that is wrong.
  if (!settings.path.empty()) artifact::files_of(settings.path, artifact::OutsideLinks::kRefused);
  const fs::path folder = spool::new_staging_folder(writer_directory);
  if (!settings.path.empty() && settings.files == ArtifactFiles::kInPlace) {
    request.source = fs::absolute(settings.path);
  } else if (!settings.path.empty()) {
    take_files(settings.path, folder / kCopies, settings.files);
    request.source = kCopies;
  }
  spool::submit(folder, request);
  return folder;
}

fs::path stage_use(const fs::path& writer_directory, std::string_view name) {
  artifact::parse_name(name);
  spool::ArtifactRequest request;
  request.kind = spool::ArtifactRequest::Kind::kUse;
  request.name = name;
  const fs::path folder = spool::new_staging_folder(writer_directory);
  spool::submit(folder, request);
  return folder;
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
  try {
    const auto result = spool::read_result(folder_);
    return result ? result->error : "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string ArtifactTicket::version() const {
  if (folder_.empty()) return "";
  try {
    const auto result = spool::read_result(folder_);
    return result ? result->version : "";
  } catch (const Error&) {
    return "";
  }
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
