#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "app/config.hpp"
#include "app/dockerfile.hpp"
#include "support/directories.hpp"
#include "support/sanitizers.hpp"

// compose.yaml and the Dockerfiles say what is there: no Docker runs here, so every command, flag,
// path, port and package they name is looked up in the tree, the build and the program.
namespace tracker::app {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = TRACKER_SOURCE_DIR;
const fs::path kBuild = TRACKER_BINARY_DIR;

std::string read_all(const fs::path& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from))
    text.replace(at, from.size(), to);
  return text;
}

// "127.0.0.1:8080:8080" → {"127.0.0.1", "8080", "8080"}
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

class ComposeTest : public testing::Test {
 protected:
  CommandLine server_command() const {
    const Dockerfile dockerfile(kRoot / "docker/server/Dockerfile");
    auto words =
        nlohmann::json::parse(dockerfile.last("ENTRYPOINT")).get<std::vector<std::string>>();
    for (const auto& word : server_["command"]) words.push_back(word.as<std::string>());
    std::vector<const char*> arguments;
    for (const auto& word : words) arguments.push_back(word.c_str());
    EXPECT_EQ(words.front(), "tracker-server");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
  }

  YAML::Node compose_ = YAML::LoadFile((kRoot / "compose.yaml").string());
  YAML::Node server_ = compose_["services"]["server"], postgres_ = compose_["services"]["postgres"];
};

TEST_F(ComposeTest, EveryServiceIsAnImageOrABuildThatIsThere) {
  for (const auto& service : compose_["services"]) {
    const auto name = service.first.as<std::string>();
    const auto& body = service.second;
    EXPECT_TRUE(body["image"] || body["build"]) << name;
    if (body["build"]) {
      EXPECT_TRUE(fs::exists(kRoot / body["build"]["context"].as<std::string>() /
                             body["build"]["dockerfile"].as<std::string>()))
          << name;
    }
    for (const auto& needed : body["depends_on"]) {
      EXPECT_TRUE(compose_["services"][needed.first.as<std::string>()]["healthcheck"]) << name;
    }
    for (const auto& volume : body["volumes"]) {
      EXPECT_TRUE(compose_["volumes"].IsMap());
      const auto parts = split(volume.as<std::string>(), ':');
      const auto declared = compose_["volumes"];
      EXPECT_TRUE(std::any_of(declared.begin(), declared.end(), [&](const auto& entry) {
        return entry.first.template as<std::string>() == parts.at(0);
      })) << parts.at(0);
    }
  }
}

TEST_F(ComposeTest, TheServerTakesTheCommandItIsGiven) {
  const auto command = server_command();
  ASSERT_TRUE(command.config) << command.text;
  std::set<std::string> mounts;
  for (const auto& volume : server_["volumes"])
    mounts.insert(split(volume.as<std::string>(), ':').at(1));
  EXPECT_TRUE(mounts.contains(command.config->data_directory.string()));
}

TEST_F(ComposeTest, PortsArePublishedOnThisMachineOnlyUnderTheNumbersTheServerListensOn) {
  const auto config = *server_command().config;
  std::set<std::string> inside;
  for (const auto& port : server_["ports"]) {
    const auto parts = split(port.as<std::string>(), ':');
    ASSERT_EQ(parts.size(), 3u);
    EXPECT_EQ(parts[0], "127.0.0.1");
    EXPECT_EQ(parts[1], parts[2]);  // GET /api/v1/server names the port inside
    inside.insert(parts[2]);
  }
  EXPECT_EQ(inside, (std::set{std::to_string(config.http.port), std::to_string(config.grpc.port)}));
  EXPECT_FALSE(postgres_["ports"]);
  const auto check = server_["healthcheck"]["test"];
  EXPECT_EQ(check[check.size() - 1].as<std::string>(),
            "http://127.0.0.1:" + std::to_string(config.http.port) + "/readyz");
}

TEST_F(ComposeTest, TheDatabaseUrlIsThatOfThePostgresService) {
  const auto environment = postgres_["environment"];
  const auto expected = "postgresql://" + environment["POSTGRES_USER"].as<std::string>() + ":" +
                        environment["POSTGRES_PASSWORD"].as<std::string>() + "@postgres/" +
                        environment["POSTGRES_DB"].as<std::string>();
  EXPECT_EQ(server_["environment"]["TRACKER_DATABASE_URL"].as<std::string>(), expected);
  const std::vector<const char*> help = {"tracker-server", "--help"};
  EXPECT_NE(parse_command_line(2, help.data()).text.find("TRACKER_DATABASE_URL"),
            std::string::npos);
}

TEST(DockerfileTest, EveryPathItCopiesIsInTheTreeTheBuildOrAnEarlierStage) {
  const Dockerfile file(kRoot / "docker/server/Dockerfile");
  std::set<std::string> stages;
  int copies = 0;
  for (const auto& instruction : file.instructions()) {
    const auto& words = instruction.words;
    if (instruction.name == "FROM" && words.size() == 3) stages.insert(words[2]);
    if (instruction.name != "COPY") continue;
    ++copies;
    const bool staged = words[0].rfind("--from=", 0) == 0;
    EXPECT_TRUE(!staged || stages.contains(words[0].substr(7))) << words[0];
    for (std::size_t i = staged ? 1 : 0; i + 1 < words.size(); ++i) {
      auto path = words[i];
      if (staged && path.rfind("/src/build/", 0) == 0) {
        EXPECT_TRUE(fs::exists(kBuild / path.substr(11))) << path;
      } else if (staged) {
        EXPECT_TRUE(fs::exists((kRoot / path.substr(5)).parent_path())) << path;
      } else {
        EXPECT_TRUE(fs::exists(kRoot / path)) << path;
      }
    }
  }
  EXPECT_GT(copies, 5);
}

TEST(DockerfileTest, ItsBuildOptionsTargetsAndScriptsExist) {
  const auto text = read_all(kRoot / "docker/server/Dockerfile");
  const auto cmake = read_all(kRoot / "CMakeLists.txt");
  int options = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word.rfind("-DTRACKER_", 0) != 0) continue;
    ++options;
    EXPECT_NE(cmake.find("option(" + word.substr(2, word.find('=') - 2)), std::string::npos)
        << word;
  }
  EXPECT_EQ(options, 3);
  EXPECT_NE(text.find("--target tracker-server"), std::string::npos);
  const auto package = nlohmann::json::parse(read_all(kRoot / "dashboard/package.json"));
  EXPECT_TRUE(package["scripts"].contains("build"));
}

TEST(DockerfileTest, TheDashboardLiesWhereTheServerLooks) {
  const Dockerfile file(kRoot / "docker/server/Dockerfile");
  std::set<std::string> targets;
  for (const auto& instruction : file.instructions()) {
    if (instruction.name == "COPY") targets.insert(instruction.words.back());
  }
  // <program's folder>/../share/tracker/dashboard
  EXPECT_TRUE(targets.contains("/usr/local/bin/"));
  EXPECT_TRUE(targets.contains("/usr/local/share/tracker/dashboard"));
}

TEST(DockerfileTest, WhatItInstallsToBuildIsWhatTheSetUpScriptInstalls) {
  const Dockerfile file(kRoot / "docker/server/Dockerfile");
  const auto setup = replaced(read_all(kRoot / "scripts/setup"), "\n", " ");
  const auto packages = file.packages();
  ASSERT_EQ(packages.size(), 2u);  // of the build and of the final stage
  for (const auto& package : packages[0])
    EXPECT_NE(setup.find(" " + package + " "), std::string::npos) << package;
}

TEST(DockerfileTest, TheFinalStageHasEveryLibraryTheServerIsLinkedWith) {
  if (!fs::exists("/var/lib/dpkg/info")) GTEST_SKIP() << "needs a Debian system";
  if (test::kSanitized)
    GTEST_SKIP() << "the image has the release build; the sanitizers' has libraries of its own";
  const auto packages = Dockerfile(kRoot / "docker/server/Dockerfile").packages().at(1);
  for (const auto& [library, owner] : linked_libraries(kBuild / "bin/tracker-server")) {
    if (owner == "libc6" || owner == "libstdc++6" || owner == "libgcc-s1")
      continue;  // in every image
    EXPECT_TRUE(packages.contains(owner)) << library << " is in " << owner;
  }
}

}  // namespace
}  // namespace tracker::app
