#include "hub/cache_removal.hpp"

#include <future>

#include "hub/cache_scan.hpp"
#include "hub/snapshot.hpp"
#include "hub_fixture.hpp"

namespace trainer::hub {
namespace {

using test_support::HubServer;
using test_support::read_file;
using test_support::write_file;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kShared = noise(50'000);
const std::string kOld = noise(20'000);

class CacheRemovalTest : public HubFixture {
 protected:
  // Two commits that share a file: main, and "next".
  CacheRemovalTest()
      : server_({{"models/org/tiny/config.json", "{}"},
                 {"models/org/tiny/model.safetensors", kShared},
                 {"models/org/tiny/old.bin", kOld},
                 {"next/config.json", "{ }"},
                 {"next/model.safetensors", kShared}},
                {{"refs", {{"next", kNext}}}, {"folders", {{kNext, "next"}}}}) {}

  void fetch_all(const std::string& revision) {
    const Hub hub(settings_for(server_));
    const SnapshotRequest request{.repo = {.id = kId, .revision = revision}};
    fetch_snapshot(hub, request, plan_snapshot(hub, request, Keep::kYes));
  }
  CachedRepo scanned() {
    const CacheScan scan = scan_cache(cache());
    EXPECT_TRUE(scan.warnings.empty()) << scan.warnings.front();
    EXPECT_EQ(scan.repos.size(), 1U);
    return scan.repos.at(0);
  }
  std::size_t blobs() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(repo_folder() / "blobs")) {
      ++count;
    }
    return count;
  }

  HubServer server_;
};

TEST_F(CacheRemovalTest, the_scan_counts_each_blob_once) {
  fetch_all("main");
  fetch_all("next");
  const CachedRepo repo = scanned();
  EXPECT_EQ(repo.type, "model");
  EXPECT_EQ(repo.id, kId);
  ASSERT_EQ(repo.snapshots.size(), 2U);
  EXPECT_EQ(repo.bytes, kShared.size() + kOld.size() + 5);
  const auto& next = repo.snapshots[repo.snapshots[0].commit == kNext ? 0 : 1];
  EXPECT_EQ(next.bytes, kShared.size() + 3);
  EXPECT_EQ(next.files, 2U);
  EXPECT_THAT(next.refs, ElementsAre("next"));
  EXPECT_GT(repo.last_used.count(), 1'600'000'000);
}

TEST_F(CacheRemovalTest, what_is_no_repo_is_said_and_passed_by) {
  fetch_all("main");
  std::filesystem::remove(content_of(scanned().snapshots[0].folder / "config.json"));
  write_file(cache() / "notes.txt", "x");
  std::filesystem::create_directories(cache() / "something");
  const CacheScan scan = scan_cache(cache());
  EXPECT_EQ(scan.repos.size(), 1U);
  EXPECT_THAT(scan.warnings,
              testing::UnorderedElementsAre(HasSubstr("notes.txt"), HasSubstr("something"),
                                            HasSubstr("config.json")));
  EXPECT_TRUE(scan_cache(cache() / "none").repos.empty());
}

TEST_F(CacheRemovalTest, a_revision_takes_only_what_no_other_uses) {
  fetch_all("main");
  fetch_all("next");
  const RemovalPlan plan = plan_removal(scanned(), {"main"});
  EXPECT_EQ(plan.bytes, kOld.size() + 2);
  EXPECT_FALSE(plan.whole);
  const Removed removed = remove_cached(plan);
  EXPECT_EQ(removed.bytes, kOld.size() + 2);
  EXPECT_EQ(removed.blobs, 2U);
  EXPECT_EQ(blobs(), 2U);
  EXPECT_FALSE(std::filesystem::exists(repo_folder() / "refs" / "main"));
  const CachedRepo left = scanned();
  ASSERT_EQ(left.snapshots.size(), 1U);
  EXPECT_EQ(read_file(left.snapshots[0].folder / "model.safetensors"), kShared);
  HubSettings offline = settings_for(server_);
  offline.offline = true;
  EXPECT_TRUE(Hub(offline).file({.id = kId, .revision = "next"}, "model.safetensors"));
}

TEST_F(CacheRemovalTest, a_whole_repo_goes_with_its_leftovers) {
  fetch_all("main");
  fetch_all("next");
  Hub(settings_for(server_)).file({.id = kId}, "none.txt");
  write_file(repo_folder() / "blobs" / "abc.00000000.incomplete", "half");
  const Removed removed = remove_cached(plan_removal(scanned(), {}));
  EXPECT_EQ(removed.bytes, kShared.size() + kOld.size() + 5 + 4);
  EXPECT_FALSE(std::filesystem::exists(repo_folder()));
  fetch_all("main");
  EXPECT_EQ(scanned().snapshots.size(), 1U);
}

TEST_F(CacheRemovalTest, revisions_are_named_by_ref_commit_or_its_beginning) {
  fetch_all("main");
  fetch_all("next");
  EXPECT_EQ(plan_removal(scanned(), {"eeee"}).snapshots.at(0).commit, kNext);
  EXPECT_EQ(plan_removal(scanned(), {kNext, "next"}).snapshots.size(), 1U);
  EXPECT_TRUE(plan_removal(scanned(), {kNext, "main"}).whole);
  EXPECT_THAT(message([&] { plan_removal(scanned(), {"eee"}); }, ErrorCode::kNotFound),
              testing::AllOf(HasSubstr("no revision 'eee'"), HasSubstr("main"),
                             HasSubstr("eeeeeeeeeeee next")));
}

TEST_F(CacheRemovalTest, a_download_that_runs_meanwhile_is_not_harmed) {
  fetch_all("next");
  Removed removed;
  bool done = false;
  const Progress meanwhile = [&](std::string_view file, std::uint64_t bytes, std::uint64_t) {
    if (file == "old.bin" && bytes > 0 && !done) {
      done = true;
      removed = std::async(std::launch::async, [&] {
                  return remove_cached(plan_removal(scanned(), {}));
                }).get();
    }
  };
  const Hub hub(settings_for(server_), meanwhile);
  const auto path = hub.require({.id = kId}, "old.bin");
  EXPECT_TRUE(done);
  EXPECT_EQ(removed.in_use, 1U);
  EXPECT_EQ(read_file(path), kOld);
}

TEST_F(CacheRemovalTest, a_snapshot_that_came_after_the_scan_keeps_its_blobs) {
  fetch_all("main");
  const RemovalPlan plan = plan_removal(scanned(), {});
  fetch_all("next");  // links the blob that is about to go
  remove_cached(plan);
  const CachedRepo left = scanned();
  ASSERT_EQ(left.snapshots.size(), 1U);
  EXPECT_EQ(left.snapshots[0].commit, kNext);
  EXPECT_EQ(read_file(left.snapshots[0].folder / "model.safetensors"), kShared);
}

// As huggingface_hub lays it out for what it fetched through Xet.
TEST_F(CacheRemovalTest, contents_that_repos_share_go_with_the_last_of_them) {
  const std::string hash(64, 'a');
  const auto store = cache() / "blobs" / "aa";
  write_file(cache() / "blobs" / ".huggingface-shared-blobs", "1\n");
  write_file(store / hash, "shared");
  std::string lines;
  for (const char* name : {"one", "two"}) {
    const auto folder = cache() / (std::string("models--org--") + name);
    const std::string commit(40, 'c');
    std::filesystem::create_directories(folder / "blobs");
    std::filesystem::create_directories(folder / "snapshots" / commit);
    std::filesystem::create_symlink("../../blobs/aa/" + hash, folder / "blobs" / "etag");
    std::filesystem::create_symlink("../../blobs/etag", folder / "snapshots" / commit / "m.bin");
    lines += std::string("models--org--") + name + "/blobs/etag\n";
  }
  write_file(store / (hash + ".refs"), lines + "../evil\n/etc/passwd\n");
  CacheScan scan = scan_cache(cache());
  ASSERT_EQ(scan.repos.size(), 2U);
  EXPECT_EQ(scan.repos[0].bytes, 6U);
  EXPECT_EQ(remove_cached(plan_removal(scan.repos[0], {})).bytes, 0U);
  EXPECT_EQ(read_file(store / hash), "shared");
  EXPECT_EQ(remove_cached(plan_removal(scan.repos[1], {})).bytes, 6U);
  EXPECT_FALSE(std::filesystem::exists(store / hash));
}

TEST_F(CacheRemovalTest, a_shared_content_whose_users_are_not_known_stays) {
  const std::string hash(64, 'a');
  const auto folder = cache() / "models--org--one";
  write_file(cache() / "blobs" / ".huggingface-shared-blobs", "1\n");
  write_file(cache() / "blobs" / "aa" / hash, "shared");
  std::filesystem::create_directories(folder / "blobs");
  std::filesystem::create_directories(folder / "snapshots" / std::string(40, 'c'));
  std::filesystem::create_symlink("../../blobs/aa/" + hash, folder / "blobs" / "etag");
  remove_cached(plan_removal(scan_cache(cache()).repos.at(0), {}));
  EXPECT_EQ(read_file(cache() / "blobs" / "aa" / hash), "shared");
}

TEST_F(CacheRemovalTest, files_without_symlinks_go_as_well) {
  HubSettings settings = settings_for(server_);
  settings.symlinks = false;
  Hub(settings).require({.id = kId}, "old.bin");
  EXPECT_EQ(scanned().bytes, kOld.size());
  EXPECT_EQ(remove_cached(plan_removal(scanned(), {})).bytes, kOld.size());
  EXPECT_FALSE(std::filesystem::exists(repo_folder()));
}

TEST_F(CacheRemovalTest, links_that_lead_out_of_the_cache_take_nothing_with_them) {
  fetch_all("main");
  const auto outside = cache().parent_path() / "mine";
  write_file(outside / "precious", "x");
  const auto snapshot = scanned().snapshots[0].folder;
  std::filesystem::create_symlink(outside, snapshot / "folder");
  std::filesystem::create_symlink(outside / "precious", snapshot / "file");
  remove_cached(plan_removal(scanned(), {}));
  EXPECT_EQ(read_file(outside / "precious"), "x");
  EXPECT_FALSE(std::filesystem::exists(repo_folder()));
}

}  // namespace
}  // namespace trainer::hub
