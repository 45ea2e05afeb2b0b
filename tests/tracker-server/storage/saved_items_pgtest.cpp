#include <atomic>
#include <functional>
#include <latch>
#include <thread>

#include "storage/access.hpp"
#include "storage/audit_query.hpp"
#include "storage/deletion.hpp"
#include "storage/projects.hpp"
#include "storage/purge.hpp"
#include "storage/saved_items.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

class SavedItems : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    imdb = project("imdb");
    mnist = project("mnist");
  }
  core::ProjectId project(const char* name) {
    make_project(*database->pg(), {.name = name, .now_us = kNow});
    return *find_any_project(*database, name);
  }
  static AuditEntry entry(std::int64_t at_us = kNow, const char* actor = "ada") {
    return {at_us, actor, "", "127.0.0.1", "t", "view.test", "target", ""};
  }
  SavedItemRef fresh(core::ProjectId in, SavedKind kind = SavedKind::kView) {
    return {in, kind, SavedItemId::random()};
  }
  SavedItemRef add(core::ProjectId in, const char* name, std::int64_t at_us = kNow) {
    const auto ref = fresh(in);
    add_saved_item(*database, ref, {name, R"({"a":1})"}, entry(at_us));
    return ref;
  }
  // As many views of the project as there may be, but for `less`.
  void fill(core::ProjectId in, std::int64_t less) {
    database->pg()->run(R"sql(
      INSERT INTO saved_item (id, project_id, kind, name, author, spec, created_us, updated_us, revision)
      SELECT gen_random_uuid(), $1, 1, 'n', '', '{}', 1, 1, 1 FROM generate_series(1, $2))sql",
                        PgParams().uuid(in.uuid().bytes).bigint(kMostSavedItems - less));
  }
  std::vector<std::string> names(core::ProjectId in, SavedKind kind = SavedKind::kView) {
    std::vector<std::string> out;
    for (const auto& item : list_saved_items(*database, in, kind)) out.push_back(item.name);
    return out;
  }
  std::int64_t audited() {
    return database->pg()
        ->run("SELECT count(*) FROM audit WHERE action = 'view.test'")
        .bigint(0, 0);
  }
  static ErrorCode code_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kInternal;
  }
  // How many of two calls at once come back with true.
  static int at_once(const std::function<bool(int)>& call) {
    std::latch ready(2);
    std::atomic<int> done = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 2; ++i)
        threads.emplace_back([&, i] {
          ready.arrive_and_wait();
          if (call(i)) ++done;
        });
    }
    return done;
  }

  core::ProjectId imdb, mnist;
};

TEST_F(SavedItems, AnItemIsWhatWasSaved) {
  const std::string spec = R"({"é":[1,0.1,1e+300,null,{"b":"\"\n"}],"z":{}})";
  const auto ref = fresh(imdb, SavedKind::kReport);
  const auto made = add_saved_item(*database, ref, {"Größe ✓", spec}, entry());
  const auto found = find_saved_item(*database, ref);
  for (const auto& item : {made, found}) {
    EXPECT_EQ(item.id, ref.id);
    EXPECT_EQ(item.name, "Größe ✓");
    EXPECT_EQ(item.author, "ada");
    EXPECT_EQ(item.created_us, kNow);
    EXPECT_EQ(item.updated_us, kNow);
    EXPECT_EQ(item.revision, 1);
    EXPECT_EQ(item.spec, spec);
  }
  EXPECT_EQ(audited(), 1);
}

TEST_F(SavedItems, AChangeKeepsItsAuthorAndRaisesTheRevision) {
  const auto ref = add(imdb, "first");
  const auto outcome =
      change_saved_item(*database, ref, {{"second", R"({"b":2})"}, 1}, entry(kNow + 5, "bob"));
  EXPECT_TRUE(outcome.changed);
  const auto found = find_saved_item(*database, ref);
  for (const auto& item : {outcome.item, found}) {
    EXPECT_EQ(item.name, "second");
    EXPECT_EQ(item.spec, R"({"b":2})");
    EXPECT_EQ(item.author, "ada");
    EXPECT_EQ(item.created_us, kNow);
    EXPECT_EQ(item.updated_us, kNow + 5);
    EXPECT_EQ(item.revision, 2);
  }
  EXPECT_EQ(audited(), 2);
}

TEST_F(SavedItems, AChangeOfAnotherRevisionChangesNothing) {
  const auto ref = add(imdb, "first");
  change_saved_item(*database, ref, {{"second", "{}"}, 1}, entry());
  for (const std::int64_t old : {0, 1, 3}) {
    const auto outcome = change_saved_item(*database, ref, {{"third", "{}"}, old}, entry());
    EXPECT_FALSE(outcome.changed);
    EXPECT_EQ(outcome.item.revision, 2);
  }
  EXPECT_EQ(find_saved_item(*database, ref).name, "second");
  EXPECT_EQ(audited(), 2) << "what was not done is not told";
}

TEST_F(SavedItems, OfTwoWhoChangeAtOnceOneIsRefused) {
  const auto ref = add(imdb, "first");
  EXPECT_EQ(at_once([&](int i) {
              const SavedContent content{"by " + std::to_string(i), "{}"};
              return change_saved_item(*database, ref, {content, 1}, entry()).changed;
            }),
            1);
  EXPECT_EQ(find_saved_item(*database, ref).revision, 2);
}

TEST_F(SavedItems, TheNewestChangeComesFirst) {
  const auto a = add(imdb, "a", kNow);
  add(imdb, "b", kNow + 1);
  add(mnist, "elsewhere", kNow + 2);
  add_saved_item(*database, fresh(imdb, SavedKind::kReport), {"report", "{}"}, entry(kNow + 3));
  EXPECT_EQ(names(imdb), (std::vector<std::string>{"b", "a"}));
  change_saved_item(*database, a, {{"a", "{}"}, 1}, entry(kNow + 4));
  EXPECT_EQ(names(imdb), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(names(imdb, SavedKind::kReport), (std::vector<std::string>{"report"}));
  EXPECT_EQ(list_saved_items(*database, imdb, SavedKind::kView).front().spec, "");
}

TEST_F(SavedItems, UnderAnotherProjectOrKindItIsNotThere) {
  const auto ref = add(imdb, "mine");
  for (const SavedItemRef& other : {SavedItemRef{mnist, SavedKind::kView, ref.id},
                                    SavedItemRef{imdb, SavedKind::kReport, ref.id}, fresh(imdb)}) {
    EXPECT_EQ(code_of([&] { find_saved_item(*database, other); }), ErrorCode::kNotFound);
    EXPECT_EQ(code_of([&] {
                change_saved_item(*database, other, {{"x", "{}"}, 1}, entry());
              }),
              ErrorCode::kNotFound);
    auto told = entry();
    EXPECT_EQ(code_of([&] { remove_saved_item(*database, other, told); }), ErrorCode::kNotFound);
  }
  EXPECT_EQ(find_saved_item(*database, ref).name, "mine");
  EXPECT_EQ(audited(), 1);
}

TEST_F(SavedItems, WhatIsRemovedIsGoneAndNamed) {
  const auto ref = add(imdb, "mine");
  auto told = entry();
  remove_saved_item(*database, ref, told);
  EXPECT_EQ(told.detail, "mine");
  EXPECT_EQ(code_of([&] { find_saved_item(*database, ref); }), ErrorCode::kNotFound);
  EXPECT_EQ(code_of([&] { remove_saved_item(*database, ref, told); }), ErrorCode::kNotFound);
  EXPECT_EQ(list_audit(*database, {.limit = 1}).front().entry.detail, "mine");
}

TEST_F(SavedItems, AProjectHasAThousandOfEachKindAndNoMore) {
  fill(imdb, 1);
  const auto last = add(imdb, "last");
  EXPECT_EQ(code_of([&] { add(imdb, "too many"); }), ErrorCode::kFailedPrecondition);
  add_saved_item(*database, fresh(imdb, SavedKind::kReport), {"report", "{}"}, entry());
  add(mnist, "elsewhere");
  auto told = entry();
  remove_saved_item(*database, last, told);
  add(imdb, "in its place");
  EXPECT_EQ(names(imdb).size(), 1'000u);
}

TEST_F(SavedItems, OfTwoWhoTakeTheLastPlaceOneIsRefused) {
  fill(imdb, 1);
  EXPECT_EQ(at_once([&](int) {
              return code_of([&] { add(imdb, "last"); }) != ErrorCode::kFailedPrecondition;
            }),
            1);
  EXPECT_EQ(names(imdb).size(), 1'000u);
}

TEST_F(SavedItems, NamesAndSpecsThatWillNotDoAreRefused) {
  const auto refused = [&](const std::string& name, const std::string& spec) {
    return code_of([&] {
             add_saved_item(*database, fresh(imdb), {name, spec}, entry());
           }) == ErrorCode::kInvalidArgument;
  };
  for (const std::string& name :
       {std::string(), std::string(513, 'n'), std::string("a\nb"), std::string("a\x7f"),
        std::string("a\0b", 3), std::string("\xff")})
    EXPECT_TRUE(refused(name, "{}")) << name;
  for (const char* spec : {"", "[]", "1", "{", R"({"a":"\u0000"})"})
    EXPECT_TRUE(refused("n", spec)) << spec;
  EXPECT_FALSE(refused(std::string(512, 'n'), "{}"));
  const auto ref = add(imdb, "good");
  EXPECT_EQ(code_of([&] {
              change_saved_item(*database, ref, {{"n", "[]"}, 1}, entry());
            }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(find_saved_item(*database, ref).revision, 1);
}

TEST_F(SavedItems, ADeletedProjectGetsNoneAndKeepsThemUntilItIsRemoved) {
  const auto ref = add(imdb, "mine");
  add(mnist, "elsewhere");
  delete_project(*database, "imdb", {kNow, 0});
  EXPECT_EQ(code_of([&] { add(imdb, "late"); }), ErrorCode::kNotFound);
  restore_project(*database, "imdb");
  EXPECT_EQ(find_saved_item(*database, ref).name, "mine");
  delete_project(*database, "imdb", {kNow, 0});
  EXPECT_EQ(purge_projects(*database->pg()), 1u);
  EXPECT_EQ(database->pg()->run("SELECT count(*) FROM saved_item").bigint(0, 0), 1);
  EXPECT_EQ(names(mnist), (std::vector<std::string>{"elsewhere"}));
}

}  // namespace
}  // namespace tracker::storage
