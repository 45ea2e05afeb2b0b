#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../storage/store_fixture.hpp"
#include "artifact/manifest.hpp"
#include "artifacts/collector.hpp"
#include "artifacts/downloads.hpp"
#include "artifacts/uploads.hpp"
#include "core/time.hpp"
#include "storage/artifacts/edits.hpp"
#include "storage/artifacts/versions.hpp"

namespace tracker::artifacts {

// Path → content. Each content is one chunk, or several divided by '|'.
using Tree = std::map<std::string, std::string>;

inline std::vector<std::string> pieces_of(const std::string& content) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < content.size();) {
    const auto end = std::min(content.find('|', at), content.size() - 1) + 1;
    out.push_back(content.substr(at, end - at));
    at = end;
  }
  return out;
}

inline std::string manifest_of(const Tree& tree) {
  artifact::ManifestWriter writer;
  for (const auto& [path, content] : tree) {
    std::vector<artifact::ChunkRef> chunks;
    for (const auto& piece : pieces_of(content))
      chunks.push_back({artifact::sha256(piece), static_cast<std::uint32_t>(piece.size())});
    writer.add_file(path, artifact::sha256(content), chunks);
  }
  return writer.finish();
}

// A client as simple as may be: one chunk a call.
struct TestClient {
  Uploads& uploads;
  std::string project = "imdb", type = "model", name = "net";

  storage::ArtifactUploadId begin() { return uploads.begin({project, type, name, "test"}).id; }

  // How many pieces were uploaded.
  std::size_t send(storage::ArtifactUploadId upload, const Tree& tree) {
    std::vector<std::string> pieces;
    std::vector<artifact::Sha256> digests;
    for (const auto& [path, content] : tree)
      for (auto& piece : pieces_of(content)) {
        digests.push_back(artifact::sha256(piece));
        pieces.push_back(std::move(piece));
      }
    const auto missing = uploads.find_missing(upload, digests);
    for (const auto i : missing) {
      const ReceivedChunk chunk{digests[i].raw(), pieces[i]};
      uploads.add(upload, std::span(&chunk, 1));
    }
    return missing.size();
  }

  static CommitRequest request(storage::ArtifactUploadId upload, const std::string& manifest) {
    CommitRequest out;
    out.upload = upload;
    out.digest = artifact::sha256(manifest).raw();
    return out;
  }
  storage::CommittedVersion commit(storage::ArtifactUploadId upload, const Tree& tree) {
    const std::string manifest = manifest_of(tree);
    return uploads.commit(request(upload, manifest), manifest);
  }
  storage::CommittedVersion put(const Tree& tree) {
    const auto upload = begin();
    send(upload, tree);
    return commit(upload, tree);
  }
};

// A migrated database and what a server has for artifacts, with a clock that stands still.
class ArtifactsTest : public storage::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    uploads = std::make_unique<Uploads>(*database, clock, store());
    downloads = std::make_unique<Downloads>(*database, store());
    collector = std::make_unique<Collector>(*database, clock, store());
    client = std::make_unique<TestClient>(TestClient{*uploads});
  }
  virtual ChunkStore* store() { return nullptr; }

  storage::ArtifactVersion find(const std::string& ref, const std::string& name = "net") {
    return storage::find_version(*database, {std::nullopt, "imdb", name, ref});
  }

  // All files of the version, read through manifest and chunks.
  Tree read(const storage::ArtifactVersion& version) {
    Tree out;
    const auto manifest = downloads->manifest(version);
    const auto project = storage::project_with_artifacts(*database, version.project);
    artifact::ManifestReader reader(*manifest);
    while (const auto entry = reader.next()) {
      std::string& content = out[std::string(entry->path)];
      for (const FilePiece& piece : pieces_of(*entry, {0, *entry->size}))
        content += downloads->piece(project, piece);
    }
    return out;
  }

  std::int64_t count(const std::string& table) {
    const std::string sql = "SELECT count(*) FROM " + table;
    storage::PgConnection connection(database->options().dsn, 0);
    return connection.run(sql.c_str()).bigint(0, 0);
  }

  static ErrorCode failure(const std::function<void()>& what, std::string* words = nullptr) {
    try {
      what();
    } catch (const Error& error) {
      if (words != nullptr) *words = error.what();
      return error.code();
    }
    ADD_FAILURE() << "did not fail";
    return ErrorCode::kInternal;
  }

  core::ManualClock clock{storage::kNow};
  std::unique_ptr<Uploads> uploads;
  std::unique_ptr<Downloads> downloads;
  std::unique_ptr<Collector> collector;
  std::unique_ptr<TestClient> client;
};

}  // namespace tracker::artifacts
