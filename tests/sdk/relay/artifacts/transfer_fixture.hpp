#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <tracker/error.hpp>

#include "artifact/tree.hpp"
#include "relay/artifacts/download.hpp"
#include "relay/artifacts/upload.hpp"
#include "relay/channel.hpp"
#include "sdk/artifact/sample_bytes.hpp"
#include "support/fake_server/fake_artifacts.hpp"
#include "support/fake_server/fake_server.hpp"
#include "support/temp_directory.hpp"

namespace tracker::relay {

namespace fs = std::filesystem;
using grpc::Status;
using grpc::StatusCode;
using test_support::Fault;

inline std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class TransferTest : public testing::Test {
 protected:
  TransferTest() : client_(server_.url(), open_channel(discover(server_.url()))) {
    patience_.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(1),
                        std::chrono::milliseconds(2)};
  }

  void write(const std::string& path, const std::string& bytes) const {
    fs::create_directories((source() / path).parent_path());
    std::ofstream(source() / path, std::ios::binary) << bytes;
  }
  // A file of about seven chunks, a small one twice, and an empty one.
  void write_tree() const {
    write("big", test::SampleBytes(1).bytes(7 << 20));
    write("small", "content");
    write("folder/same", "content");
    write("empty", "");
  }
  Uploaded put(const UploadOptions& options) const {
    NewVersion version;
    version.project = "p";
    version.type = "model";
    version.name = "a";
    version.files = artifact::files_of(source(), artifact::OutsideLinks::kRefused).files;
    version.references = references_;
    version.run_id = "run";
    version.aliases = {"best"};
    return upload(client_, version, options);
  }
  Uploaded put() {
    UploadOptions options;
    options.patience = patience_;
    return put(options);
  }
  void get(const std::string& folder, artifact::ChunkCache* cache = nullptr) {
    DownloadOptions options;
    options.patience = patience_;
    options.cache = cache;
    options.progress = &progress_;
    v1::ArtifactRef ref;
    ref.set_version("latest");
    const auto version = get_manifest(client_, ref, options);
    download(
        client_, version, [](auto) { return true; }, directory_ / folder, options);
  }
  void expect_tree(const std::string& folder) const {
    for (const char* path : {"big", "small", "folder/same", "empty"})
      EXPECT_TRUE(fs::is_regular_file(directory_ / folder / path) &&
                  content(directory_ / folder / path) == content(source() / path))
          << path;
    EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / folder), {}), 4);
  }
  template <class Work>
  static void expect_error(ErrorCode code, const std::string& part, Work&& work) {
    try {
      work();
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
  fs::path source() const { return directory_ / "source"; }

  test::TempDirectory directory_;
  test_support::FakeArtifacts service_;
  test_support::FakeServer server_{{&service_}};
  ArtifactsClient client_;
  Patience patience_;
  DownloadProgress progress_;
  std::vector<Reference> references_;
};

}  // namespace tracker::relay
