#include "hub/tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/error.hpp"

namespace trainer::hub {
namespace {

const std::string kPlace = "https://hub/api/models/a/b/tree/main";

constexpr const char* kPage = R"([
  {"type": "directory", "oid": "d1", "size": 0, "path": "onnx"},
  {"type": "file", "oid": "b1", "size": 12, "path": "config.json", "more": {"a": [1]}},
  {"type": "file", "oid": "b2", "size": 134, "path": "onnx/model.onnx", "xetHash":
   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
   "lfs": {"oid": "sha", "size": 99, "pointerSize": 134}}])";

TEST(Tree, a_page_gives_files_with_the_sizes_of_their_contents) {
  const Listing listing = listing_of(parse_tree_page(kPage, kPlace), "c");
  ASSERT_EQ(listing.files.size(), 2U);
  EXPECT_EQ(listing.files[0].path, "config.json");
  EXPECT_EQ(listing.files[0].size, 12U);
  EXPECT_EQ(listing.files[1].path, "onnx/model.onnx");
  EXPECT_EQ(listing.files[1].size, 99U);
  EXPECT_TRUE(listing.complete);
}

TEST(Tree, what_is_kept_is_read_again) {
  const auto tree = parse_kept_tree(format_tree(parse_tree_page(kPage, kPlace)));
  ASSERT_TRUE(tree);
  ASSERT_EQ(tree->size(), 2U);
  EXPECT_EQ((*tree)[1].path, "onnx/model.onnx");
  EXPECT_EQ((*tree)[1].blob_id, "b2");
  EXPECT_EQ((*tree)[1].lfs_sha256, "sha");
  EXPECT_EQ((*tree)[1].lfs_size, 99U);
  EXPECT_EQ((*tree)[1].xet_hash, std::string(64, 'a'));
  EXPECT_EQ((*tree)[0].xet_hash, std::nullopt);
}

TEST(Tree, pages_that_are_none_are_refused_in_one_line) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const std::string& page :
       {std::string("{}"), std::string("[{}]"), std::string("nonsense"),
        std::string("[\"\xff\xfe\"]"), std::string(), deep,
        std::string(R"([{"type": "file", "oid": "b", "size": 1, "path": "../evil"}])"),
        std::string(R"([{"type": "file", "oid": "b", "size": 1, "path": "/etc/passwd"}])"),
        std::string(R"([{"type": "file", "oid": "b", "size": -1, "path": "a"}])"),
        std::string(R"([{"type": "file", "oid": "b", "size": 1e99, "path": "a"}])"),
        std::string(R"([{"type": "file", "oid": 7, "size": 1, "path": "a"}])"),
        std::string(R"([{"type": "file", "oid": "b", "size": 1, "path": "a\u0000b"}])"),
        R"([{"type": "file", "oid": "b", "size": 1, "path": ")" + std::string(256, 'x') +
            R"("}])"}) {
    try {
      parse_tree_page(page, kPlace);
      ADD_FAILURE() << page.substr(0, 80);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kHub);
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}

TEST(Tree, kept_listings_that_cannot_be_believed_are_absent) {
  for (const char* text :
       {"", "[]", "{}", R"({"format_version": 2, "files": {}})", R"({"format_version": 1})",
        R"({"format_version": 1, "files": {"../x": {"size": 1, "blob_id": "b"}}})",
        R"({"format_version": 1, "files": {"x": {"size": -1, "blob_id": "b"}}})",
        R"({"format_version": 1, "files": {"x": 1}})", "{\"format_version\": 1, \"files\""}) {
    EXPECT_FALSE(parse_kept_tree(text)) << text;
  }
}

TEST(Tree, the_next_page_is_found_among_links) {
  const Url from = *Url::parse("https://hub/api/models/a/b/tree/main?recursive=true");
  EXPECT_EQ(next_page(R"(<https://hub/x?cursor=2>; rel="next")", from)->text(),
            "https://hub/x?cursor=2");
  EXPECT_EQ(next_page(R"(<https://hub/0>; rel="first", </y?c=2>; rel="next")", from)->text(),
            "https://hub/y?c=2");
  EXPECT_FALSE(next_page("", from));
  EXPECT_FALSE(next_page(R"(<https://hub/0>; rel="first")", from));
  EXPECT_FALSE(next_page(R"(<http://hub/plain>; rel="next")", from)) << "leaves encryption";
  EXPECT_FALSE(next_page(R"(<file:///etc/passwd>; rel="next")", from) &&
               next_page(R"(<file:///etc/passwd>; rel="next")", from)->scheme != "https");
}

TEST(Tree, a_description_names_commit_and_paths) {
  const std::string commit(40, 'c');
  const RepoDescription description = parse_description(
      R"({"id": "a/b", "sha": ")" + commit + R"(", "siblings": [{"rfilename": "config.json"}]})",
      kPlace);
  EXPECT_EQ(description.commit, commit);
  EXPECT_EQ(description.paths, std::vector<std::string>{"config.json"});
  for (const char* text :
       {"[]", "{}", R"({"siblings": 1})", R"({"siblings": [{"rfilename": ".."}]})",
        R"({"siblings": [1]})", R"({"sha": "main", "siblings": []})"}) {
    EXPECT_THROW(parse_description(text, kPlace), Error) << text;
  }
}

}  // namespace
}  // namespace trainer::hub
