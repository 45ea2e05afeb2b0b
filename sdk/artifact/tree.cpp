#include "artifact/tree.hpp"

#include <algorithm>
#include <system_error>

#include <tracker/error.hpp>

#include "artifact/paths.hpp"

namespace tracker::artifact {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& place, const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, place.string() + " " + why);
}

[[noreturn]] void cannot_read(const fs::path& place, const std::error_code& why) {
  throw Error(
      why == std::errc::permission_denied ? ErrorCode::kPermissionDenied : ErrorCode::kUnavailable,
      "cannot read " + place.string() + ": " + why.message() + "; check its permissions");
}

fs::path real_place(const fs::path& place) {
  std::error_code failed;
  fs::path found = fs::canonical(place, failed);
  if (failed) cannot_read(place, failed);
  return found;
}

class Walk {
 public:
  Walk(const fs::path& root, OutsideLinks links) : root_(real_place(root)), links_(links) {}

  void add_file(const fs::path& file, std::string path) {
    if (const char* fault = path_fault(path))
      refuse(file,
             std::string("cannot be in an artifact: its name there ") + fault + "; rename it");
    tree_.files.push_back({std::move(path), file});
  }

  void add_folder(const fs::path& folder, const std::string& prefix) {
    std::error_code failed;
    fs::directory_iterator entries(folder, failed);
    for (; !failed && entries != fs::directory_iterator(); entries.increment(failed))
      add_entry(*entries, prefix);
    if (failed) cannot_read(folder, failed);
  }

  SourceTree take() {
    std::sort(tree_.files.begin(), tree_.files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return std::move(tree_);
  }

 private:
  void add_entry(const fs::directory_entry& entry, const std::string& prefix) {
    const std::string name = entry.path().filename().string(), path = prefix + name;
    std::error_code failed;
    const fs::file_status own = entry.symlink_status(failed);
    if (fs::is_symlink(own)) return add_link(entry.path(), path);
    if (fs::is_directory(own) && !is_parts_folder(name))
      return add_folder(entry.path(), path + '/');
    if (fs::is_regular_file(own)) return add_file(entry.path(), path);
    tree_.skipped.push_back(entry.path());
  }

  void add_link(const fs::path& link, const std::string& path) {
    std::error_code failed;
    const fs::path target = fs::canonical(link, failed);
    if (failed) refuse(link, "is a link that leads to no file: remove it");
    const fs::file_status status = fs::status(target, failed);
    if (fs::is_directory(status))
      refuse(link, "is a link to a folder, which is not followed: replace it by the folder itself");
    if (!fs::is_regular_file(status)) return tree_.skipped.push_back(link);
    if (links_ == OutsideLinks::kRefused && !is_inside(target))
      refuse(link, "is a link out of the folder, to " + target.string() +
                       ": replace it by the file, or follow all such links with --follow-links");
    add_file(link, path);
  }

  bool is_inside(const fs::path& target) const {
    return std::mismatch(root_.begin(), root_.end(), target.begin(), target.end()).first ==
           root_.end();
  }

  const fs::path root_;
  const OutsideLinks links_;
  SourceTree tree_;
};

}  // namespace

SourceTree files_of(const fs::path& root, OutsideLinks links) {
  std::error_code failed;
  const fs::file_status status = fs::status(root, failed);
  if (status.type() == fs::file_type::none) cannot_read(root, failed);
  if (!fs::exists(status))
    throw Error(ErrorCode::kNotFound, "there is no file or folder " + root.string());
  Walk walk(root, links);
  if (fs::is_regular_file(status)) {
    walk.add_file(root, root.filename().string());
  } else if (fs::is_directory(status)) {
    walk.add_folder(root, "");
  } else {
    refuse(root, "is neither a file nor a folder");
  }
  SourceTree tree = walk.take();
  if (tree.files.empty()) refuse(root, "has no files: an artifact needs one at least");
  return tree;
}

}  // namespace tracker::artifact
