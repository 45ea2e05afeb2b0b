// Who may include whom: the arrows of docs/architecture.md, checked against every #include of the
// tree.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/directories.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path kSource = TRACKER_SOURCE_DIR;

using Arrows = std::map<std::string, std::set<std::string>>;

// Folder → first path parts that its files may include with quotes (its own is always allowed),
// from the rows
// "| `folder` | what it is | `part` `part` |" of the page.
Arrows arrows_of_the_page() {
  static const std::regex kRow(R"(^\| `([a-z-]+/[a-z]+)` \|[^|]*\|([^|]*)\|$)");
  static const std::regex kPart("`([^`]+)`");
  Arrows arrows;
  std::ifstream page(kSource / "docs/architecture.md");
  std::smatch row;
  for (std::string line; std::getline(page, line);) {
    if (!std::regex_match(line, row, kRow)) continue;
    auto& parts = arrows[row[1]];
    const std::string allowed = row[2];
    for (std::sregex_iterator at(allowed.begin(), allowed.end(), kPart), end; at != end; ++at)
      parts.insert((*at)[1]);
  }
  return arrows;
}

const Arrows kAllowed = arrows_of_the_page();

// A library, and the only folders that may see its headers.
struct Library {
  std::regex include;
  std::set<std::string> folders;
};
const std::vector<Library> kLibraries = {
    {std::regex("(torch|ATen|c10)/.*"),
     {"trainer/nn", "trainer/models", "trainer/train", "trainer/cli"}},
    {std::regex("(grpc|grpcpp)/.*|tracker/v1/.*"),
     {"sdk/relay", "sdk/cli", "tracker-server/rpc", "tracker-server/app"}},
    {std::regex("pqxx/.*|libpq-fe.h|postgresql/.*"),
     {"tracker-server/storage", "tracker-server/embedded"}},
    {std::regex("boost/(beast|asio).*"), {"tracker-server/http"}},
    {std::regex("(arrow|parquet)/.*"), {"trainer/data", "sdk/cli"}},
    {std::regex("tracker/(run|run_fwd).hpp"),
     {"sdk/src", "sdk/include", "sdk/cli", "sdk/examples", "trainer/train", "trainer/api"}},
};

struct Include {
  fs::path file;
  std::string folder;  // "sdk/spool"
  std::string path;    // as written
  bool quoted = false;
};

std::vector<Include> all_includes() {
  static const std::regex kLine(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::vector<Include> found;
  for (const auto& [folder, allowed] : kAllowed) {
    if (!fs::exists(kSource / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kSource / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".hpp" && extension != ".cpp") continue;
      std::ifstream file(entry.path());
      std::smatch match;
      for (std::string line; std::getline(file, line);) {
        if (std::regex_search(line, match, kLine))
          found.push_back({entry.path(), folder, match[2], match[1] == "\""});
      }
    }
  }
  return found;
}

// "spool" of "spool/reader.hpp", "tracker/v1" of "tracker/v1/runs.pb.h".
std::string first_part(const std::string& path) {
  if (path.starts_with("tracker/v1/")) return "tracker/v1";
  return path.substr(0, path.find('/'));
}

TEST(Includes, our_own_headers_follow_the_arrows) {
  const auto includes = all_includes();
  ASSERT_GT(includes.size(), 100u) << "the tree was not found";
  for (const Include& include : includes) {
    if (!include.quoted || include.path.starts_with("tracker/error") ||
        include.path.starts_with("tracker/value"))
      continue;
    const std::string own = include.folder.substr(include.folder.find('/') + 1);
    const std::string part = first_part(include.path);
    EXPECT_TRUE(part == own || kAllowed.at(include.folder).contains(part))
        << include.file << " includes " << include.path << ": " << include.folder
        << " may not depend on " << part;
  }
}

TEST(Includes, each_library_is_seen_only_where_it_lives) {
  for (const Include& include : all_includes()) {
    for (const Library& library : kLibraries) {
      if (!std::regex_match(include.path, library.include)) continue;
      EXPECT_TRUE(library.folders.contains(include.folder))
          << include.file << " includes " << include.path;
    }
  }
}

TEST(Includes, every_folder_with_sources_has_its_arrows) {
  for (const std::string top : {"sdk", "tracker-server", "trainer"}) {
    for (const auto& entry : fs::directory_iterator(kSource / top)) {
      if (!entry.is_directory()) continue;
      const bool has_sources =
          std::any_of(fs::recursive_directory_iterator(entry), fs::recursive_directory_iterator(),
                      [](const auto& file) { return file.path().extension() == ".cpp"; });
      const std::string folder = top + "/" + entry.path().filename().string();
      EXPECT_TRUE(!has_sources || kAllowed.contains(folder))
          << folder << " is not in the table of arrows";
    }
  }
}

TEST(Includes, every_arrow_is_used) {
  std::map<std::string, std::set<std::string>> used;
  for (const Include& include : all_includes())
    used[include.folder].insert(first_part(include.path));
  for (const auto& [folder, allowed] : kAllowed) {
    for (const std::string& part : allowed)
      EXPECT_TRUE(used[folder].contains(part)) << "nothing in " << folder << " includes " << part;
  }
}

TEST(Includes, every_folder_of_the_page_is_there) {
  for (const auto& [folder, allowed] : kAllowed)
    EXPECT_TRUE(fs::exists(kSource / folder)) << folder;
}

}  // namespace
