#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "hub/hub.hpp"

// Where everything lies in Hugging Face's cache. Pure functions: nothing here touches the disk.
//
//   <cache>/models--org--name/ or datasets--org--name/
//     refs/<revision>               the commit it meant last, 40 hex digits, no newline
//     blobs/<etag>                  the content; etag is a git blob id (SHA-1), of a large file its
//                                   SHA-256
//     blobs/<etag>.XXXXXXXX.incomplete   what has arrived of it
//     snapshots/<commit>/<path>     relative symbolic link to the blob
//     .no_exist/<commit>/<path>     empty: the repo has no such file at this commit
//     trees/<commit>.json           all files of the repo at this commit (hub/tree.hpp)
//   <cache>/.locks/models--org--name/<etag>.lock    held (flock) while the blob is made
//   <cache>/CACHEDIR.TAG            tells backup programs to pass by
//
// Source: the huggingface_hub Python library, guide "Understand caching".
namespace trainer::hub {

inline constexpr std::size_t kCommitDigits = 40;
// kCommitDigits lower-case hex digits.
bool is_commit(std::string_view text);
// A file's path inside a repo: relative, no empty, "." or ".." part, none over 255 bytes, no
// backslash or control character.
bool is_repo_path(std::string_view text);
// A branch, tag, "refs/pr/1" or commit that can be a file name below refs/.
bool is_revision(std::string_view text);
// An entity tag that can be a file name: letters, digits and -_., not beginning with a dot, at most
// 128 characters.
bool is_blob_name(std::string_view text);
// The tag without its W/ and quotes.
std::string normalized_etag(std::string_view header);

class CacheLayout {
 public:
  CacheLayout(std::filesystem::path cache, const Repo& repo);

  std::filesystem::path folder() const { return folder_; }
  std::filesystem::path ref(std::string_view revision) const;
  std::filesystem::path blob(std::string_view etag) const;
  std::filesystem::path snapshot(std::string_view commit) const;
  std::filesystem::path pointer(std::string_view commit, std::string_view path) const;
  std::filesystem::path no_exist(std::string_view commit, std::string_view path) const;
  std::filesystem::path tree(std::string_view commit) const;
  std::filesystem::path lock(std::string_view etag) const;
  std::filesystem::path tag() const { return cache_ / "CACHEDIR.TAG"; }
  // What the symbolic link pointer(commit, path) holds: "../../blobs/<etag>", deeper for a path
  // with folders.
  static std::filesystem::path link_target(std::string_view path, std::string_view etag);

 private:
  std::filesystem::path cache_;
  std::filesystem::path folder_;
  std::filesystem::path locks_;
};

// Address of a file at a revision: {endpoint}[/datasets]/{id}/resolve/{revision}/{path}.
std::string resolve_address(const std::string& endpoint, const Repo& repo, std::string_view path);
// Address of the hub's description of a repo at a revision:
// {endpoint}/api/models/{id}/revision/{revision}.
std::string api_address(const std::string& endpoint, const Repo& repo);
// Address of the first page of all its files:
// {endpoint}/api/models/{id}/tree/{revision}?recursive=true.
std::string tree_address(const std::string& endpoint, const Repo& repo);
// Address of a repo's page for people, where conditions are accepted.
std::string page_address(const std::string& endpoint, const Repo& repo);

}  // namespace trainer::hub
