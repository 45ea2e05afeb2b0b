#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/hub.hpp"
#include "hub/url.hpp"

// The listing of a repo's files at a commit: as the hub sends it, page by page
// ({endpoint}/api/models/{id}/tree/{commit}?recursive=true), and as huggingface_hub keeps it in
// trees/{commit}.json, since a commit never changes. Pure. Errors are Error(kHub) for what the hub
// sends; a kept listing that cannot be believed counts as absent.
namespace trainer::hub {

struct TreeFile {
  std::string path;
  std::uint64_t size = 0;
  std::string blob_id;                    // git's, of what lies in git
  std::optional<std::string> lfs_sha256;  // large files: of the content
  std::optional<std::uint64_t> lfs_size;
  std::optional<std::string> xet_hash;  // kept for Python, which fetches by it
};
using Tree = std::vector<TreeFile>;

// One page: an array of files and folders; folders are left out. `place` is for messages. Paths
// that no repo can have are errors, so a listing is safe to use as file names.
Tree parse_tree_page(std::string_view json, const std::string& place);
// Where `Link: <address>; rel="next"` leads; nullopt when it is the last page.
std::optional<Url> next_page(std::string_view link, const Url& from);

std::string format_tree(Tree tree);
std::optional<Tree> parse_kept_tree(std::string_view json);

Listing listing_of(const Tree& tree, std::string commit);

// The description of a repo ({endpoint}/api/models/{id}/revision/{revision}): its commit and the
// paths of its files, which have no sizes there. `commit` is absent in those of some mirrors.
struct RepoDescription {
  std::optional<std::string> commit;
  std::vector<std::string> paths;
};
RepoDescription parse_description(std::string_view json, const std::string& place);

}  // namespace trainer::hub
