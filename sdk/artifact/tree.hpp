#pragma once

#include <filesystem>
#include <string>
#include <vector>

// Which files of a folder become an artifact's.
namespace tracker::artifact {

struct SourceFile {
  std::string path;            // in the artifact (paths.hpp)
  std::filesystem::path file;  // where it is read from
};

// The regular files under `root` in the order of their paths' bytes; or `root` alone, under its
// name, if it is a file.
// - A symbolic link to a file stands for that file's content, wherever it is (a hub's cache is made
//   of such links). One to a folder is refused: it may lead in a circle or to half a disk.
// - Empty folders are left out: an artifact is files.
// - What is neither file nor folder (a socket, a device, a broken link), and names that an artifact
//   cannot hold, are refused.
// Throws Error: kNotFound when there is no `root`, kInvalidArgument for what is refused or when
// there is no file at all, kUnavailable for a folder that cannot be read; each names the place.
std::vector<SourceFile> files_of(const std::filesystem::path& root);

}  // namespace tracker::artifact
