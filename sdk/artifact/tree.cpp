#include "artifact/tree.hpp"

#include <algorithm>

#include <tracker/error.hpp>

#include "artifact/paths.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& place, const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, place.string() + " " + why);
}

void add_file(const fs::path& file, std::string path, std::vector<SourceFile>& files) {
  if (const auto defect = path_defect(path))
    refuse(file, "cannot be in an artifact: its name there " + *defect + "; rename it");
  files.push_back({std::move(path), file});
}

void add_folder(const fs::path& folder, const std::string& prefix, std::vector<SourceFile>& files);

void add_entry(const fs::directory_entry& entry, const std::string& prefix,
               std::vector<SourceFile>& files) {
  const std::string path = prefix + entry.path().filename().string();
  std::error_code failed;
  const fs::file_status target = fs::status(entry.path(), failed);
  if (fs::is_regular_file(target)) return add_file(entry.path(), path, files);
  if (fs::is_symlink(entry.symlink_status(failed))) {
    refuse(entry.path(), fs::is_directory(target)
                             ? "is a link to a folder, which is not followed: put that folder "
                               "itself, or replace the link by it"
                             : "is a link that leads to no file: remove it");
  }
  if (!fs::is_directory(target))
    refuse(entry.path(), "is neither a file nor a folder: an artifact has no place for it");
  add_folder(entry.path(), path + '/', files);
}

void add_folder(const fs::path& folder, const std::string& prefix, std::vector<SourceFile>& files) {
  std::error_code failed;
  fs::directory_iterator entries(folder, failed);
  for (; !failed && entries != fs::directory_iterator(); entries.increment(failed))
    add_entry(*entries, prefix, files);
  if (failed)
    throw Error(ErrorCode::kUnavailable, "cannot read the folder " + folder.string() + ": " +
                                             failed.message() + "; check its permissions");
}

}  // namespace

std::vector<SourceFile> files_of(const fs::path& root) {
  std::vector<SourceFile> files;
  std::error_code failed;
  const fs::file_status status = fs::status(root, failed);
  if (!fs::exists(status))
    throw Error(ErrorCode::kNotFound, "there is no file or folder " + root.string());
  if (fs::is_regular_file(status)) {
    add_file(root, root.filename().string(), files);
  } else if (fs::is_directory(status)) {
    add_folder(root, "", files);
    if (files.empty()) refuse(root, "has no files: an artifact needs one at least");
  } else {
    refuse(root, "is neither a file nor a folder");
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace tracker::artifact
