#include "hub/local_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "hub/cache_layout.hpp"
#include "hub/checksum.hpp"
#include "hub/disk.hpp"
#include "hub/download.hpp"
#include "hub/hub_impl.hpp"
#include "hub/parallel.hpp"

namespace trainer::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNotes = ".cache/huggingface";

// Where one file and what is noted of it lie.
struct Place {
  fs::path folder, file, notes, lock, part;

  Place(const fs::path& root, std::string_view path) : folder(root), file(root / path) {
    const std::string base = (root / kNotes / "download" / path).string();
    notes = base + ".metadata";
    lock = base + ".lock";
    part = base;
  }
};

struct Notes {
  std::string commit;
  std::string etag;
};

// nullopt when there are none, or the file was changed since.
std::optional<Notes> read_notes(const Place& place) {
  std::ifstream stream(place.notes);
  Notes notes;
  double time = 0;
  struct stat info {};
  if (!std::getline(stream, notes.commit) || !std::getline(stream, notes.etag) ||
      !(stream >> time) || stat(place.file.c_str(), &info) != 0 ||
      static_cast<double>(info.st_mtime) - 1 > time) {
    return std::nullopt;
  }
  return notes;
}

void write_text(const fs::path& file, std::string_view text) {
  make_folders(file.parent_path());
  const AtomicName name(file);
  {
    const FileDescriptor fd = open_file(name.path(), O_WRONLY | O_CREAT | O_EXCL);
    write_all(fd.get(), std::as_bytes(std::span(text)), file);
  }
  name.take();
}

void write_notes(const Place& place, const Notes& notes) {
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  write_text(place.notes, fmt::format("{}\n{}\n{:.6f}\n", notes.commit, notes.etag, now));
}

bool is_file(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error);
}

void copy_from_cache(const fs::path& cached, const Place& place) {
  make_folders(place.file.parent_path());
  const AtomicName name(place.file);
  std::error_code error;
  fs::copy_file(cached, name.path(), error);
  if (error) {
    throw io_error(place.file, "made", error.value());
  }
  name.take();
}

void prepare_notes(const fs::path& folder) {
  const fs::path notes = folder / kNotes;
  if (!is_file(notes / ".gitignore")) {
    write_text(notes / ".gitignore", "*");
  }
  if (!is_file(notes / "CACHEDIR.TAG")) {
    write_text(notes / "CACHEDIR.TAG", kCacheDirTag);
  }
}

}  // namespace

void Hub::place(const Repo& pinned, std::string_view path, const fs::path& folder) const {
  check(pinned, path);
  const Place place(folder, path);
  make_folders(place.lock.parent_path());
  const FileLock lock(place.lock);
  const auto notes = read_notes(place);
  if (notes && notes->commit == pinned.revision) {
    return;
  }
  const Metadata metadata = impl_->metadata(pinned, path);
  const Notes wanted{.commit = metadata.commit, .etag = metadata.etag};
  const bool same = notes ? notes->etag == metadata.etag
                          : is_file(place.file) && names_content(metadata.etag) &&
                                content_matches(place.file, metadata.etag);
  if (!same) {
    if (const auto known = cached(pinned, path)) {
      copy_from_cache(*known, place);
    } else {
      make_folders(place.file.parent_path());
      fetch(impl_->transport, impl_->settings,
            Download{.repo = pinned,
                     .path = std::string(path),
                     .etag = metadata.etag,
                     .size = metadata.size,
                     .part = place.part,
                     .destination = place.file},
            impl_->progress);
    }
  }
  write_notes(place, wanted);
}

fs::path fetch_to_folder(const Hub& hub, const SnapshotRequest& request, const SnapshotPlan& plan,
                         const fs::path& folder) {
  const fs::path root = fs::absolute(folder).lexically_normal();
  for (const PlannedFile& planned : plan.files) {
    if (planned.file.path.starts_with(kNotes)) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("'{}' has a file {}, where notes of downloads lie: leave it out by "
                              "--exclude '.cache/*'",
                              request.repo.id, config::printable(planned.file.path)));
    }
  }
  make_folders(root);
  prepare_notes(root);
  Repo pinned = request.repo;
  pinned.revision = plan.commit;
  for_each_parallel(plan.files.size(), request.threads,
                    [&](std::size_t i) { hub.place(pinned, plan.files[i].file.path, root); });
  return root;
}

}  // namespace trainer::hub
