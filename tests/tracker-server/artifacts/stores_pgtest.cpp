#include <filesystem>
#include <sstream>
#include <utility>

#include "artifacts/directory_store.hpp"
#include "artifacts/s3_store.hpp"
#include "artifacts_fixture.hpp"
#include "storage/artifacts/sweep.hpp"
#include "storage/artifacts/uploads.hpp"
#include "support/artifacts_pgtest_paths.hpp"
#include "support/directories.hpp"
#include "support/process/process.hpp"
#include "support/temp_directory.hpp"

// Chunks outside the database: in a folder, and in a real server of S3.
namespace tracker::artifacts {
namespace {

namespace fs = std::filesystem;

// One store of a kind, for as long as a test.
class Place {
 public:
  virtual ~Place() = default;
  virtual ChunkStore& store() = 0;
};

class Folder final : public Place {
 public:
  ChunkStore& store() override { return store_; }

 private:
  test::TempDirectory root_;
  DirectoryStore store_{root_ / "chunks"};
};

test_support::ProcessOptions python(std::vector<std::string> arguments) {
  test_support::ProcessOptions options;
  options.command = std::move(arguments);
  options.command.insert(options.command.begin(), S3_PYTHON);
  return options;
}

// The process's; it starts slowly.
class S3Server {
 public:
  static S3Server& instance() {
    static S3Server server;
    return server;
  }
  S3Options options;

 private:
  S3Server()
      : process_(python({TRACKER_SOURCE_DIR "/tests/tracker-server/artifacts/s3_server.py"})) {
    const auto line = process_.read_line();
    if (!line) throw std::runtime_error("no S3 server: " + process_.errors());
    std::istringstream words(*line);
    std::string port;
    words >> port >> options.access_key >> options.secret_key;
    options.endpoint = "http://127.0.0.1:" + port;
    options.bucket = "tracker";
    options.folder = "some/folder/";
  }
  test_support::Process process_;
};

class Bucket final : public Place {
 public:
  ChunkStore& store() override { return store_; }

 private:
  S3Store store_{S3Server::instance().options};
};

bool has_s3() {
  if (!fs::exists(S3_PYTHON)) return false;
  return test_support::run(python({"-c", "import moto, flask, boto3"})).status.code == 0;
}

class Stores : public ArtifactsTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (std::string_view(GetParam()) == "folder") {
      place_ = std::make_unique<Folder>();
    } else {
      static const bool there = has_s3();
      if (!there) GTEST_SKIP() << "no moto in " << S3_PYTHON << " (scripts/setup --reference)";
      place_ = std::make_unique<Bucket>();
    }
    ArtifactsTest::SetUp();
  }
  ChunkStore* store() override { return &place_->store(); }
  std::string key() { return std::string(store()->prefix()) + core::Uuid::random().text(); }

  std::unique_ptr<Place> place_;
};

TEST_P(Stores, KeepWhatIsPutUntilItIsRemoved) {
  const std::string name = key();
  std::string large(4u << 20, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 % 251);
  store()->put(name, large);
  EXPECT_EQ(store()->get(name, 4u << 20), large);
  store()->put(name, "again");
  EXPECT_EQ(store()->get(name, 5), "again");
  EXPECT_EQ(failure([&] { store()->get(name, 4); }), ErrorCode::kDataLoss);
  store()->remove(name);
  store()->remove(name);
  EXPECT_EQ(failure([&] { store()->get(name, 5); }), ErrorCode::kDataLoss);
}

TEST_P(Stores, TakeNoKeysButTheirOwn) {
  for (const std::string& name :
       {std::string(store()->prefix()) + "../../etc/passwd", std::string("other:x"), std::string(),
        std::string(store()->prefix()) + core::Uuid::random().text() + "/x"})
    EXPECT_EQ(failure([&] { store()->get(name, 5); }), ErrorCode::kDataLoss) << name;
}

TEST_P(Stores, HoldTheChunksOfVersionsAndLoseThemWithTheLast) {
  const Tree first = {{"f", "a|b"}}, second = {{"f", "a|c"}};
  client->put(first);
  client->put(second);
  EXPECT_EQ(count("artifact_chunk WHERE data IS NULL"), 3);
  EXPECT_EQ(count("artifact_object"), 0);
  EXPECT_EQ(read(find("v0")), first);
  EXPECT_EQ(read(find("v1")), second);
  storage::delete_version(*database, {std::nullopt, "imdb", "net", "v0"},
                          {clock.now_us(), 0, false});
  const auto collected = collector->round();
  EXPECT_EQ(collected.chunks, 1u);
  EXPECT_EQ(collected.objects, 1u);
  EXPECT_EQ(count("artifact_object"), 0);
  EXPECT_EQ(read(find("v1")), second);
}

TEST_P(Stores, RemoveWhatAServerThatDiedHadWritten) {
  const std::string name = key();
  storage::register_objects(*database, std::span(&name, 1), clock.now_us() + 1'000'000);
  store()->put(name, "left over");
  EXPECT_EQ(collector->round().objects, 0u);
  clock.advance(1'000'000);
  EXPECT_EQ(collector->round().objects, 1u);
  EXPECT_EQ(failure([&] { store()->get(name, 100); }), ErrorCode::kDataLoss);
}

// Something happens after each object is put.
class Interrupted final : public ChunkStore {
 public:
  Interrupted(ChunkStore& store, std::function<void()> then)
      : store_(store), then_(std::move(then)) {}
  std::string_view prefix() const noexcept override { return store_.prefix(); }
  void put(const std::string& key, std::string_view bytes) override {
    store_.put(key, bytes);
    then_();
  }
  std::string get(const std::string& key, std::uint32_t most) override {
    return store_.get(key, most);
  }
  void remove(const std::string& key) override { store_.remove(key); }

 private:
  ChunkStore& store_;
  const std::function<void()> then_;
};

TEST_P(Stores, AnObjectThatIsRemovedBeforeItsChunkIsThereIsPutAgain) {
  int times = 1;
  Interrupted slow(*store(), [&] {
    if (times-- <= 0) return;
    clock.advance(61 * 60 * core::kSecondUs);
    EXPECT_EQ(collector->round().objects, 1u);
  });
  Uploads uploading(*database, clock, &slow);
  const Tree tree = {{"f", "a"}};
  EXPECT_EQ(read(TestClient{uploading}.put(tree).version), tree);
  times = 1'000;
  TestClient hopeless{uploading};
  const auto upload = hopeless.begin();
  EXPECT_EQ(failure([&] { hopeless.send(upload, {{"f", "b"}}); }), ErrorCode::kUnavailable);
  EXPECT_EQ(count("artifact_chunk"), 1) << "no chunk without its object";
}

// The collector has taken it on itself to remove the object, and has not said yet that it did.
TEST_P(Stores, AnObjectThatIsBeingRemovedIsNoChunks) {
  Interrupted slow(*store(), [&] {
    clock.advance(61 * 60 * core::kSecondUs);
    const auto objects =
        storage::objects_to_remove(*database->pg(), store()->prefix(), clock.now_us(), 10);
    for (const auto& object : objects) store()->remove(object);
  });
  Uploads uploading(*database, clock, &slow);
  TestClient hopeless{uploading};
  const auto upload = hopeless.begin();
  EXPECT_EQ(failure([&] { hopeless.send(upload, {{"f", "b"}}); }), ErrorCode::kUnavailable);
  EXPECT_EQ(count("artifact_chunk"), 0);
}

TEST_P(Stores, AnObjectOfAChunkThatAnotherStoredMeanwhileIsRemoved) {
  bool first = true;
  Interrupted slow(*store(), [&] {
    if (std::exchange(first, false)) client->put({{"f", "a"}});
  });
  Uploads uploading(*database, clock, &slow);
  TestClient late{uploading};
  const auto upload = late.begin();
  late.send(upload, {{"f", "a"}});
  EXPECT_EQ(count("artifact_object"), 1);
  clock.advance(61 * 60 * core::kSecondUs);
  EXPECT_EQ(collector->round().objects, 1u);
  EXPECT_EQ(read(find("latest")), (Tree{{"f", "a"}}));
}

TEST_P(Stores, AServerThatDoesNotKnowTheStoreSaysSo) {
  client->put({{"f", "a"}});
  Downloads without(*database, nullptr);
  const auto digest = artifact::sha256("a");
  EXPECT_EQ(failure([&] {
              without.chunks(storage::project_with_artifacts(*database, "imdb"),
                             std::span(&digest, 1), [](auto&, auto&&) { return true; });
            }),
            ErrorCode::kUnavailable);
}

INSTANTIATE_TEST_SUITE_P(Places, Stores, testing::Values("folder", "s3"),
                         [](const auto& place) { return std::string(place.param); });

TEST(S3, WrongKeysAndAddressesAreSaid) {
  if (!has_s3()) GTEST_SKIP() << "no moto in " << S3_PYTHON << " (scripts/setup --reference)";
  const auto message = [](S3Options options) {
    options.attempts = 1;
    try {
      S3Store store(options);
      store.put("s3:" + core::Uuid::random().text(), "x");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const S3Options good = S3Server::instance().options;
  EXPECT_EQ(message(good), "");
  S3Options wrong = good;
  wrong.secret_key += "x";
  EXPECT_NE(message(wrong).find("403"), std::string::npos) << message(wrong);
  wrong = good;
  wrong.bucket = "absent";
  EXPECT_NE(message(wrong).find("NoSuchBucket"), std::string::npos) << message(wrong);
  wrong = good;
  wrong.endpoint = "http://127.0.0.1:1";
  EXPECT_NE(message(wrong), "");
  wrong = good;
  wrong.bucket = "../x";
  EXPECT_NE(message(wrong).find("s3://BUCKET"), std::string::npos);
  wrong = good;
  wrong.secret_key = "";
  EXPECT_NE(message(wrong).find("AWS_SECRET_ACCESS_KEY"), std::string::npos);
}

}  // namespace
}  // namespace tracker::artifacts
