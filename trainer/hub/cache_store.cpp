#include "hub/cache_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "hub/disk.hpp"

namespace trainer::hub {
namespace {

std::optional<std::string> read_commit(const std::filesystem::path& ref) {
  std::ifstream stream(ref, std::ios::binary);
  std::string text(kCommitDigits, '\0');
  stream.read(text.data(), kCommitDigits);
  return stream && is_commit(text) ? std::optional(std::move(text)) : std::nullopt;
}

// Small files that a lost power cord may take: they are made again. So no fsync. The temporary
// name lies in `folder`, for whoever reads refs/ or snapshots/ takes all that is there for its own.
void write_small(const std::filesystem::path& file, const std::filesystem::path& folder,
                 std::string_view text) {
  make_folders(folder);
  const AtomicName name(file, folder);
  {
    const FileDescriptor fd = open_file(name.path(), O_WRONLY | O_CREAT | O_EXCL);
    write_all(fd.get(), std::as_bytes(std::span(text)), file);
  }
  make_in_folder(file, [&] { return rename(name.path().c_str(), file.c_str()) == 0; });
}

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

void copy_to(const std::filesystem::path& blob, const std::filesystem::path& pointer) {
  const AtomicName name(pointer, blob.parent_path());
  std::error_code error;
  std::filesystem::copy_file(blob, name.path(), error);
  if (error) {
    throw io_error(pointer, "made", error.value());
  }
  make_in_folder(pointer, [&] { return rename(name.path().c_str(), pointer.c_str()) == 0; });
}

void move_to(const std::filesystem::path& blob, const std::filesystem::path& pointer) {
  make_in_folder(pointer, [&] { return rename(blob.c_str(), pointer.c_str()) == 0; });
}

// False where there are no symbolic links.
bool link_to(const std::filesystem::path& target, const std::filesystem::path& pointer) {
  bool possible = true;
  make_in_folder(pointer, [&] {
    if (symlink(target.c_str(), pointer.c_str()) == 0 || (errno == EEXIST && is_there(pointer))) {
      return true;
    }
    if (errno == EEXIST) {  // leads nowhere: its blob was removed
      unlink(pointer.c_str());
      errno = ENOENT;
      return false;
    }
    possible = errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EINVAL;
    return !possible;
  });
  return possible;
}

}  // namespace

std::optional<std::string> cached_commit(const CacheLayout& layout, std::string_view revision) {
  return is_commit(revision) ? std::optional(std::string(revision))
                             : read_commit(layout.ref(revision));
}

CachedFile look_up(const CacheLayout& layout, std::string_view revision, std::string_view path) {
  const auto commit = cached_commit(layout, revision);
  if (!commit) {
    return {};
  }
  if (const auto pointer = layout.pointer(*commit, path); is_there(pointer)) {
    return {.path = pointer};
  }
  return {.path = std::nullopt, .known_missing = is_there(layout.no_exist(*commit, path))};
}

std::vector<std::string> list_cached(const CacheLayout& layout, std::string_view revision) {
  std::vector<std::string> paths;
  const auto commit = cached_commit(layout, revision);
  if (!commit || !is_there(layout.snapshot(*commit))) {
    return paths;
  }
  const auto root = layout.snapshot(*commit);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (std::error_code error; entry.is_regular_file(error)) {
      paths.push_back(entry.path().lexically_relative(root).string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void prepare(const CacheLayout& layout, std::string_view etag,
             const std::filesystem::path& pointer) {
  make_folders(layout.blob(etag).parent_path());
  make_folders(layout.lock(etag).parent_path());
  make_folders(pointer.parent_path());
  if (!is_there(layout.tag())) {
    write_small(layout.tag(), layout.tag().parent_path(), kCacheDirTag);
  }
}

void remember_ref(const CacheLayout& layout, std::string_view revision, std::string_view commit) {
  if (revision == commit || read_commit(layout.ref(revision)) == commit) {
    return;
  }
  write_small(layout.ref(revision), layout.folder(), commit);
}

void remember_ref_if_possible(const CacheLayout& layout, std::string_view revision,
                              std::string_view commit) {
  try {
    remember_ref(layout, revision, commit);
  } catch (const Error&) {  // a read-only cache still serves
  }
}

void remember_missing(const CacheLayout& layout, std::string_view revision, std::string_view commit,
                      std::string_view path) {
  try {
    const auto mark = layout.no_exist(commit, path);
    make_folders(mark.parent_path());
    static_cast<void>(open_file(mark, O_WRONLY | O_CREAT));
    if (is_there(layout.snapshot(commit))) {  // Python takes a ref to no snapshot for damage
      remember_ref(layout, revision, commit);
    }
  } catch (const Error&) {  // asked again next time
  }
}

void remember_tree(const CacheLayout& layout, std::string_view commit, std::string_view json) {
  try {
    make_folders(layout.snapshot(commit));
    write_small(layout.tree(commit), layout.folder(), json);
  } catch (const Error&) {  // asked again next time
  }
}

void link_pointer(const std::filesystem::path& blob, const std::filesystem::path& pointer,
                  const std::filesystem::path& target, Linking linking) {
  if (is_there(pointer)) {
    return;
  }
  if ((linking == Linking::kSymlinkElseMove || linking == Linking::kSymlinkElseCopy) &&
      link_to(target, pointer)) {
    return;
  }
  if (linking == Linking::kSymlinkElseMove || linking == Linking::kMove) {
    move_to(blob, pointer);
  } else {
    copy_to(blob, pointer);
  }
}

}  // namespace trainer::hub
