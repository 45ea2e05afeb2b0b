#include <algorithm>

#include "artifacts_fixture.hpp"
#include "storage/artifacts/lineage.hpp"
#include "storage/deletion.hpp"

namespace tracker::artifacts {
namespace {

using storage::LineageKind;

class LineageTest : public ArtifactsTest {
 protected:
  core::RunId run() { return storage::make_writer(*database).run; }

  // A version of `name` made by `run`.
  storage::ArtifactVersionId made(const std::string& name, core::RunId run) {
    TestClient mine{*uploads, "imdb", "model", name};
    const Tree tree = {{"f", name}};
    const auto upload = mine.begin();
    mine.send(upload, tree);
    const std::string manifest = manifest_of(tree);
    auto request = TestClient::request(upload, manifest);
    request.run_id = run.text();
    return uploads->commit(request, manifest).version.id;
  }
  void use(storage::ArtifactVersionId version, core::RunId run) {
    storage::use_version(*database, {version, {}, {}, {}}, run, clock.now_us());
  }
  bool has(const storage::Lineage& lineage, const storage::LineageEdge& edge) {
    return std::find(lineage.edges.begin(), lineage.edges.end(), edge) != lineage.edges.end();
  }
};

TEST_F(LineageTest, FollowsWhatWasMadeAndUsedStepByStep) {
  const auto prepare = run(), train = run(), other = run();
  const auto data = made("data", prepare), model = made("model", train);
  use(data, train);
  use(data, train);  // once more does no harm
  use(data, other);
  const auto near = storage::lineage_of(*database, model, 1);
  EXPECT_EQ(near.versions.size(), 1u);
  EXPECT_EQ(near.runs.size(), 1u);
  EXPECT_EQ(near.edges.size(), 1u);
  EXPECT_TRUE(has(near, {train, model, LineageKind::kProduced}));
  const auto all = storage::lineage_of(*database, model, 3);
  EXPECT_EQ(all.versions.size(), 2u);
  EXPECT_EQ(all.runs.size(), 3u);
  EXPECT_EQ(all.edges.size(), 4u);
  EXPECT_TRUE(has(all, {train, data, LineageKind::kUsed}));
  EXPECT_TRUE(has(all, {other, data, LineageKind::kUsed}));
  EXPECT_TRUE(has(all, {prepare, data, LineageKind::kProduced}));
  EXPECT_FALSE(all.more);
  const auto from_run = storage::lineage_of(*database, train, 1);
  EXPECT_EQ(from_run.versions.size(), 2u);
  const auto of_run = storage::artifacts_of_run(*database, train);
  ASSERT_EQ(of_run.produced.size(), 1u);
  EXPECT_EQ(of_run.produced[0].id, model);
  ASSERT_EQ(of_run.used.size(), 1u);
  EXPECT_EQ(of_run.used[0].id, data);
}

TEST_F(LineageTest, LeavesOutWhatIsDeletedAndSaysWhenThereIsMore) {
  const auto prepare = run(), train = run();
  const auto data = made("data", prepare);
  use(data, train);
  for (int i = 0; i < 20; ++i) use(data, run());
  const auto some = storage::lineage_of(*database, data, 1, 10);
  EXPECT_TRUE(some.more);
  EXPECT_EQ(some.runs.size(), 9u);
  storage::delete_run(*database, prepare, {clock.now_us(), 1'000'000});
  EXPECT_FALSE(
      has(storage::lineage_of(*database, data, 1), {prepare, data, LineageKind::kProduced}));
  EXPECT_FALSE(storage::find_version(*database, {data, {}, {}, {}}).run);
  EXPECT_EQ(failure([&] { use(data, prepare); }), ErrorCode::kNotFound);
  EXPECT_EQ(failure([&] { use(storage::ArtifactVersionId::random(), train); }),
            ErrorCode::kNotFound);
  EXPECT_EQ(failure([&] { storage::lineage_of(*database, core::RunId::random(), 1); }),
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tracker::artifacts
