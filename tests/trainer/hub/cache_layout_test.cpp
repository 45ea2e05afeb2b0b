#include "hub/cache_layout.hpp"

#include <gtest/gtest.h>

namespace trainer::hub {
namespace {

const std::string kCommit(40, 'a');

TEST(CacheLayout, places_are_those_of_hugging_face) {
  const CacheLayout layout("/c", Repo{.id = "org/name"});
  EXPECT_EQ(layout.ref("refs/pr/1"), "/c/models--org--name/refs/refs/pr/1");
  EXPECT_EQ(layout.blob("e"), "/c/models--org--name/blobs/e");
  EXPECT_EQ(layout.pointer(kCommit, "a/b.txt"),
            "/c/models--org--name/snapshots/" + kCommit + "/a/b.txt");
  EXPECT_EQ(layout.no_exist(kCommit, "x"), "/c/models--org--name/.no_exist/" + kCommit + "/x");
  EXPECT_EQ(layout.lock("e"), "/c/.locks/models--org--name/e.lock");
  EXPECT_EQ(CacheLayout("/c", Repo{.id = "gpt2"}).folder(), "/c/models--gpt2");
  EXPECT_EQ(CacheLayout("/c", Repo{.id = "a/b", .type = RepoType::kDataset}).folder(),
            "/c/datasets--a--b");
}

TEST(CacheLayout, links_climb_out_of_the_snapshot) {
  EXPECT_EQ(CacheLayout::link_target("config.json", "e"), "../../blobs/e");
  EXPECT_EQ(CacheLayout::link_target("a/b/c.bin", "e"), "../../../../blobs/e");
}

TEST(CacheLayout, addresses_follow_the_protocol) {
  const Repo model{.id = "org/name", .revision = "refs/pr/1"};
  const Repo data{.id = "org/name", .type = RepoType::kDataset};
  EXPECT_EQ(resolve_address("https://h", model, "a b.json"),
            "https://h/org/name/resolve/refs%2Fpr%2F1/a%20b.json");
  EXPECT_EQ(resolve_address("https://h", data, "x"), "https://h/datasets/org/name/resolve/main/x");
  EXPECT_EQ(api_address("https://h", data), "https://h/api/datasets/org/name/revision/main");
}

TEST(CacheLayout, only_ids_that_the_hub_allows_are_ids) {
  for (const char* good : {"gpt2", "google-bert/bert-base-uncased", "a/b.c_d", "0x/1"}) {
    EXPECT_TRUE(is_repo_id(good)) << good;
  }
  for (const char* bad : {"", "/", "a/", "/a", "a/b/c", "../a", "a/..", ".", "./a", "a--b/c", "a b",
                          "~/m", "-a/b", "a/b.", "ü/b", "a\nb"}) {
    EXPECT_FALSE(is_repo_id(bad)) << bad;
  }
  EXPECT_FALSE(is_repo_id(std::string(97, 'a')));
}

TEST(CacheLayout, paths_cannot_leave_the_repo) {
  EXPECT_TRUE(is_repo_path("plain_text/train-00000-of-00001.parquet"));
  EXPECT_TRUE(is_repo_path("..a/b..c"));
  for (const std::string& bad :
       {std::string(), std::string("/etc/passwd"), std::string("../x"), std::string("a/../b"),
        std::string("a//b"), std::string("a/"), std::string("./a"), std::string("a\\b"),
        std::string("a\0b", 3), std::string("a\nb"), std::string(2000, 'a')}) {
    EXPECT_FALSE(is_repo_path(bad)) << bad;
  }
}

TEST(CacheLayout, tags_become_file_names_or_are_refused) {
  EXPECT_EQ(normalized_etag("W/\"abc\""), "abc");
  EXPECT_EQ(normalized_etag("\"abc\""), "abc");
  EXPECT_EQ(normalized_etag("abc"), "abc");
  EXPECT_TRUE(is_blob_name(std::string(64, 'f')));
  for (const char* bad : {"", ".", "..", "a/b", "../x", "a b", "\""}) {
    EXPECT_FALSE(is_blob_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace trainer::hub
