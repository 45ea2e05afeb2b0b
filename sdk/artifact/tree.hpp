#pragma once

#include <filesystem>
#include <string>
#include <vector>

// Which files of a folder become an artifact's.
namespace tracker::artifact {

// What a symbolic link to a file outside of the folder is.
enum class OutsideLinks {
  kRefused,   // the folder may be somebody else's work, and the link lead to a secret
  kFollowed,  // the user says so: a hub's cache, say, is made of such links
};

struct SourceFile {
  std::string path;            // in the artifact (paths.hpp)
  std::filesystem::path file;  // where it is read from
};

struct SourceTree {
  std::vector<SourceFile> files;  // in the order of their paths' bytes
  // Not content: sockets, devices, pipes, and the folders in which `artifact get` keeps what is not
  // complete yet.
  std::vector<std::filesystem::path> skipped;
};

// The regular files under `root`; or `root` alone, under its name, if it is a file.
// - A link to a file inside of `root` stands for that file's content; one out of it as `links`
// says.
//   One to a folder is refused: it may lead in a circle. So is one that leads nowhere.
// - Empty folders are left out: an artifact is files.
// Throws Error and nothing else: kNotFound when there is no `root`, kInvalidArgument for what is
// refused, for names that an artifact cannot hold, and when there is no file at all;
// kPermissionDenied or kUnavailable for what cannot be read, which is not to say that it is not
// there. Each names the place and what to do.
SourceTree files_of(const std::filesystem::path& root, OutsideLinks links);

}  // namespace tracker::artifact
