#include "artifact/compare.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <set>
#include <system_error>

#include <tracker/error.hpp>

#include "base/fd.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

base::Fd open_file(const fs::path& file) {
  base::Fd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (fd && (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))) fd.reset();
  return fd;
}

void add_extra(const fs::path& folder, const std::set<std::string>& known,
               std::vector<Difference>& found) {
  std::error_code failed;
  fs::recursive_directory_iterator at(folder, failed), end;
  for (; !failed && at != end; at.increment(failed)) {
    if (at->is_directory(failed) && !at->is_symlink(failed)) continue;
    std::string path = at->path().lexically_relative(folder).string();
    if (!known.contains(path)) found.push_back({Difference::Kind::kExtra, std::move(path)});
  }
  if (failed)
    throw Error(ErrorCode::kUnavailable,
                "cannot read the folder " + folder.string() + ": " + failed.message());
}

}  // namespace

std::vector<Difference> compare_folder(const fs::path& folder, std::string_view manifest,
                                       const std::function<void(std::uint64_t)>& progress) {
  std::error_code failed;
  if (!fs::is_directory(folder, failed))
    throw Error(ErrorCode::kNotFound, "there is no folder " + folder.string());
  std::vector<Difference> found;
  std::set<std::string> known;
  ManifestReader entries(manifest);
  while (const auto entry = entries.next()) {
    const std::string& path = *known.emplace(entry->path).first;
    if (entry->kind != EntryKind::kFile) continue;
    const base::Fd fd = open_file(folder / path);
    if (!fd) {
      found.push_back({Difference::Kind::kMissing, path});
    } else if (const auto where = first_difference(fd.get(), *entry)) {
      found.push_back({Difference::Kind::kChanged, path, *where});
    }
    progress(*entry->size);
  }
  add_extra(folder, known, found);
  return found;
}

}  // namespace tracker::artifact
