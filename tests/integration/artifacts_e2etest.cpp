// Artifacts through the programs a user runs: what is put comes back whatever is killed, only what
// is new moves, and every wrong bit is found.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "sdk/artifact/sample_bytes.hpp"
#include "support/artifacts_e2etest_paths.hpp"
#include "support/system/system.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test_support::Process;
using test_support::System;
using tracker::test::SampleBytes;

constexpr std::size_t kMiB = 1 << 20;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

class Artifacts : public testing::Test {
 protected:
  void SetUp() override { system_.start_server(); }

  fs::path folder(const std::string& name) const { return system_.directory() / name; }

  test_support::ProcessOptions command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "artifact");
    auto options = system_.command("tracker", std::move(arguments));
    options.environment["TRACKER_CACHE_DIR"] = folder("cache").string();
    return options;
  }
  test_support::Result run(const std::vector<std::string>& arguments) const {
    return test_support::run(command(arguments), {}, std::chrono::seconds(300));
  }
  // Of a command that must succeed; --json is added.
  json ask(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const auto result = run(arguments);
    EXPECT_EQ(result.status.code, 0) << result.errors;
    return result.output.empty() ? json() : json::parse(result.output);
  }
  void expect_same(const fs::path& got, const fs::path& source) const {
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(source)) {
      if (!entry.is_regular_file()) continue;
      ++files;
      const fs::path path = entry.path().lexically_relative(source);
      ASSERT_TRUE(fs::is_regular_file(got / path)) << path;
      EXPECT_TRUE(content(got / path) == content(entry.path())) << path;
    }
    for (const auto& entry : fs::recursive_directory_iterator(got)) {
      if (entry.is_regular_file()) --files;
    }
    EXPECT_EQ(files, 0u) << "as many files here as there";
  }
  // Until the process has moved so many bytes (`counter` of /proc/PID/io), or has ended.
  static void await_moved(Process& process, const std::string& counter, std::uint64_t bytes) {
    const std::string io = "/proc/" + std::to_string(process.pid()) + "/io";
    while (process.running()) {
      std::ifstream file(io);
      std::uint64_t moved = 0;
      for (std::string name; file >> name >> moved && name != counter + ":";) moved = 0;
      if (moved >= bytes) break;
    }
  }
  // Starts the command and kills it as soon as it has moved so many bytes, if it ever does.
  void kill_after(const std::vector<std::string>& arguments, const std::string& counter,
                  std::uint64_t bytes) const {
    Process process(command(arguments));
    await_moved(process, counter, bytes);
    process.kill(SIGKILL);
    process.wait();
  }

  System system_;
};

TEST_F(Artifacts, AreVersionsWithAliasesThatComeBackAsTheyWere) {
  write(folder("v0/model.bin"), SampleBytes(1).bytes(9 * kMiB));
  write(folder("v0/config/config.json"), "{}");
  write(folder("v0/empty"), "");
  const json first =
      ask({"put", "imdb/bert", folder("v0").string(), "--type", "model", "--alias", "best",
           "--metadata", R"({"accuracy":0.9})", "--reference", "data.csv=s3://bucket/data.csv"});
  EXPECT_EQ(first.at("version"), "v0");
  EXPECT_EQ(first.at("created"), true);
  EXPECT_EQ(first.at("aliases"), json({"best", "latest"}));
  EXPECT_EQ(first.at("metadata").at("accuracy"), 0.9);
  EXPECT_EQ(first.at("files"), 4);

  fs::copy(folder("v0"), folder("v1"), fs::copy_options::recursive);
  write(folder("v1/config/config.json"), "{\"more\":1}");
  EXPECT_EQ(ask({"put", "imdb/bert", folder("v1").string()}).at("version"), "v1");
  EXPECT_EQ(ask({"put", "tracker://imdb/bert", folder("v1").string()}).at("created"), false);

  for (const auto& [name, source] :
       {std::pair{"imdb/bert:best", "v0"}, {"imdb/bert", "v1"}, {"tracker://imdb/bert:v0", "v0"}}) {
    const fs::path got = folder("got-" + std::string(source));
    ask({"get", name, "--output", got.string()});
    expect_same(got, folder(source));
  }
  ask({"get", "bert", "--project", "imdb", "--file", "config", "--output", folder("one").string()});
  EXPECT_EQ(content(folder("one/config/config.json")), "{\"more\":1}");
  EXPECT_FALSE(fs::exists(folder("one/model.bin")));

  EXPECT_EQ(ask({"ls", "imdb"})[0].at("versions"), 2);
  EXPECT_EQ(ask({"ls", "imdb/bert"})[0].at("version"), "v1");
  const json files = ask({"ls", "imdb/bert:v0"});
  ASSERT_EQ(files.size(), 4u);
  EXPECT_EQ(files[1].at("url"), "s3://bucket/data.csv");

  ASSERT_EQ(run({"alias", "imdb/bert:v1", "best"}).status.code, 0);
  EXPECT_EQ(ask({"ls", "imdb/bert"})[0].at("aliases"), json({"best", "latest"}));
  ASSERT_EQ(run({"alias", "imdb/bert", "best", "--remove"}).status.code, 0);
  EXPECT_NE(run({"get", "imdb/bert:best", "--output", folder("none").string()}).status.code, 0);
  ASSERT_EQ(run({"rm", "imdb/bert:v1", "--yes"}).status.code, 0);
  EXPECT_EQ(ask({"ls", "imdb/bert"}).size(), 1u);
  EXPECT_EQ(ask({"ls", "imdb/bert", "--deleted"}).size(), 1u);
  ASSERT_EQ(run({"restore", "imdb/bert:v1"}).status.code, 0);
  EXPECT_EQ(ask({"ls", "imdb/bert"}).size(), 2u);
}

TEST_F(Artifacts, VerifyFindsAFlippedBit) {
  write(folder("source/model.bin"), SampleBytes(1).bytes(5 * kMiB));
  write(folder("source/notes"), "text");
  ask({"put", "p/a", folder("source").string(), "--type", "model"});
  ask({"get", "p/a", "--output", folder("got").string()});
  EXPECT_EQ(ask({"verify", "p/a", folder("got").string()}).at("ok"), true);
  EXPECT_EQ(ask({"verify", "p/a"}).at("ok"), true) << "what the server stores";

  const std::size_t at = 3 * kMiB + 17;
  std::string bytes = content(folder("got/model.bin"));
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  write(folder("got/model.bin"), bytes);
  const auto result = run({"verify", "p/a", folder("got").string(), "--json"});
  EXPECT_EQ(result.status.code, 1);
  const json found = json::parse(result.output).at("differences");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].at("path"), "model.bin");
  EXPECT_EQ(found[0].at("problem"), "changed");
  EXPECT_LE(found[0].at("from").get<std::size_t>(), at);
  EXPECT_GT(found[0].at("to").get<std::size_t>(), at);

  ask({"get", "p/a", "--output", folder("got").string()});
  EXPECT_EQ(ask({"verify", "p/a", folder("got").string()}).at("ok"), true) << "mended by get";
}

TEST_F(Artifacts, ASecondVersionWithOneInAHundredChangedMovesAtMostTwo) {
  SampleBytes sample(3);
  std::string bytes = sample.bytes(256 * kMiB);
  write(folder("source/weights"), bytes);
  const json first = ask({"put", "p/a", folder("source").string(), "--type", "model"});
  EXPECT_EQ(first.at("sent_bytes"), bytes.size());
  const std::size_t changed = bytes.size() / 100;
  bytes.replace(100 * kMiB, changed, sample.bytes(changed + 5));
  write(folder("source/weights"), bytes);
  const json second = ask({"put", "p/a", folder("source").string()});
  EXPECT_EQ(second.at("version"), "v1");
  EXPECT_GE(second.at("sent_bytes").get<std::size_t>(), changed);
  EXPECT_LE(second.at("sent_bytes").get<std::size_t>(), 2 * bytes.size() / 100);
  EXPECT_EQ(second.at("added_bytes"), second.at("sent_bytes"));
}

TEST_F(Artifacts, KilledInTheMiddleOnlyTheRestMoves) {
  SampleBytes sample(4);
  for (int i = 0; i < 10; ++i)
    write(folder("source/" + std::to_string(i)), sample.bytes(20 * kMiB));
  for (int i = 0; i < 200; ++i)
    write(folder("source/small/" + std::to_string(i)), sample.bytes(1000));
  const std::size_t size = 200 * kMiB + 200'000;
  const std::vector<std::string> put = {"put", "p/a", folder("source").string(), "--type", "model"};
  for (int round = 0; round < 3; ++round)
    kill_after(put, "rchar", size / 2 + sample.number() % (size / 3));
  EXPECT_TRUE(ask({"ls", "p"}).empty() || ask({"ls", "p"})[0].at("versions") == 0)
      << "nothing half is to be seen";
  EXPECT_LT(ask(put).at("sent_bytes").get<std::size_t>(), size) << "what had come was kept";

  const std::vector<std::string> get = {"get", "p/a", "--no-cache", "--output",
                                        folder("got").string()};
  for (int round = 0; round < 3; ++round)
    kill_after(get, "wchar", size / 4 + sample.number() % (size / 2));
  EXPECT_LT(ask(get).at("fetched_bytes").get<std::size_t>(), size) << "what had come was kept";
  expect_same(folder("got"), folder("source"));
}

TEST_F(Artifacts, AServerThatIsKilledMeanwhileCostsNothing) {
  write(folder("source/weights"), SampleBytes(5).bytes(100 * kMiB));
  Process put(command({"put", "p/a", folder("source").string(), "--type", "model", "--json"}));
  await_moved(put, "rchar", 20 * kMiB);  // the server was found, and the upload has begun
  system_.kill_server();
  system_.start_server();
  EXPECT_EQ(put.wait().code, 0) << put.errors();
  ask({"get", "p/a", "--output", folder("got").string()});
  expect_same(folder("got"), folder("source"));
}

TEST_F(Artifacts, LineageGoesFromTheDataThroughARunToTheModel) {
  write(folder("data/train.csv"), "a,b\n");
  write(folder("model/weights"), "w");
  const auto logged =
      system_.run("tracker", {"log", "--project", "p", "--name", "r"}, "{\"a\":1}\n");
  ASSERT_EQ(logged.status.code, 0) << logged.errors;
  const std::string id =
      system_.await_run("p", [](const json& run) { return run.at("state") == "finished"; })
          .at("id");
  ask({"put", "p/data", folder("data").string(), "--type", "dataset"});
  ask({"get", "p/data", "--run", id, "--output", folder("used").string()});
  ask({"put", "p/model", folder("model").string(), "--type", "model", "--run", id});
  for (const json& lineage :
       {ask({"lineage", "p/model"}), ask({"lineage", "p/data"}), ask({"lineage", "--run", id})}) {
    ASSERT_EQ(lineage.at("edges").size(), 2u) << lineage;
    std::set<std::string> edges;
    for (const json& edge : lineage.at("edges")) {
      EXPECT_EQ(edge.at("run"), id);
      edges.insert(edge.at("kind").get<std::string>() + ' ' +
                   edge.at("version").get<std::string>());
    }
    EXPECT_EQ(edges, (std::set<std::string>{"produced p/model:v0", "used p/data:v0"}));
  }
}

// The relay uploads from copies, so neither the program nor its files are needed any more.
TEST_F(Artifacts, ALoggedArtifactArrivesThoughTheProgramIsKilled) {
  write(folder("data/train.csv"), "a,b\n");
  ask({"put", "p/data", folder("data").string(), "--type", "dataset"});
  const std::string weights = SampleBytes(6).bytes(40 * kMiB);
  write(folder("model/weights"), weights);
  auto options = system_.command("tracker", {});
  options.command = {ARTIFACT_LOGGER, "p", "model", folder("model").string(), "data:latest"};
  Process program(options);
  const std::string id = *program.read_line();
  program.kill(SIGKILL);
  program.wait();
  fs::remove_all(folder("model"));

  // The run is over for the relay when its artifacts are there; `sync` waits for that, or does it.
  const auto synced = system_.run("tracker", {"sync"});
  EXPECT_EQ(synced.status.code, 0) << synced.errors;
  const json version = ask({"ls", "p/model"})[0];
  EXPECT_EQ(version.at("run_id"), id);
  EXPECT_EQ(version.at("aliases"), json({"best", "latest"}));
  ask({"get", "p/model", "--output", folder("got").string()});
  EXPECT_TRUE(content(folder("got/weights")) == weights);
  EXPECT_EQ(ask({"lineage", "p/model"}).at("edges").size(), 2u);
}

TEST_F(Artifacts, AnArtifactThatWasLoggedWithoutAServerIsSynced) {
  system_.kill_server();
  write(folder("model/weights"), "weights");
  auto options = system_.command("tracker", {});
  options.command = {ARTIFACT_LOGGER, "p", "model", folder("model").string()};
  Process program(options);
  program.close_stdin();
  EXPECT_EQ(program.wait().code, 0) << program.errors();
  system_.start_server();
  const auto synced = system_.run("tracker", {"sync"});
  EXPECT_EQ(synced.status.code, 0) << synced.errors;
  EXPECT_EQ(ask({"ls", "p/model"})[0].at("version"), "v0");
}

TEST_F(Artifacts, ErrorsAreOneLineThatSaysWhatToDo) {
  write(folder("source/a"), "a");
  const std::string source = folder("source").string();
  const auto expect = [&](const std::vector<std::string>& arguments, const std::string& part) {
    const auto result = run(arguments);
    EXPECT_EQ(result.status.code, 1);
    EXPECT_NE(result.errors.find(part), std::string::npos) << result.errors;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
    EXPECT_EQ(result.output, "");
  };
  expect({"put", "p/a", source}, "--type");
  expect({"put", "a", source}, "--project");
  expect({"put", "p/a b", source}, "a b");
  expect({"put", "p/a", source, "--type", "model", "--metadata", "[1]"}, "metadata");
  expect({"put", "p/a", folder("nowhere").string(), "--type", "model"}, "nowhere");
  expect({"get", "p/nothing"}, "nothing");
  ask({"put", "p/a", source, "--type", "model"});
  expect({"put", "p/a", source, "--type", "dataset"}, "model");
  expect({"get", "p/a", "--file", "b", "--output", folder("got").string()}, "no file b");
  expect({"rm", "p/a", "--yes"}, "which version");
  EXPECT_FALSE(fs::exists(folder("got")));
}

}  // namespace
