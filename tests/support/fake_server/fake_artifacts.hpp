#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tracker/v1/artifacts.grpc.pb.h"

namespace test_support {

// A server's artifacts, in memory: one project, uploads, versions, chunks (docs/artifacts.md).
// Public members are read and set while no call runs, or under `mutex`.
class FakeArtifacts final : public tracker::v1::ArtifactsService::Service {
 public:
  std::mutex mutex;
  std::map<std::string, std::string> chunks;  // by digest, raw
  struct Version {
    tracker::v1::ArtifactVersion version;
    std::string manifest;
  };
  std::vector<Version> versions;  // by number, of the one collection
  std::vector<tracker::v1::CommitHeader> commits;
  std::vector<tracker::v1::UseVersionRequest> uses;  // of versions that there were
  std::uint64_t uploaded_chunks = 0, downloaded_chunks = 0, begun = 0;

  // May alter a chunk on its way to the client.
  std::function<void(tracker::v1::ArtifactChunk&)> spoil;

  void add(const std::string& manifest);  // a version that nobody uploaded

  grpc::Status BeginUpload(grpc::ServerContext*, const tracker::v1::BeginUploadRequest* request,
                           tracker::v1::BeginUploadResponse* response) override;
  grpc::Status FindMissing(grpc::ServerContext*, const tracker::v1::FindMissingRequest* request,
                           tracker::v1::FindMissingResponse* response) override;
  grpc::Status UploadChunks(grpc::ServerContext*,
                            grpc::ServerReader<tracker::v1::UploadChunksRequest>* reader,
                            tracker::v1::UploadChunksResponse* response) override;
  grpc::Status CommitVersion(grpc::ServerContext*,
                             grpc::ServerReader<tracker::v1::CommitVersionRequest>* reader,
                             tracker::v1::CommitVersionResponse* response) override;
  grpc::Status GetVersion(grpc::ServerContext*, const tracker::v1::GetVersionRequest* request,
                          tracker::v1::ArtifactVersion* response) override;
  grpc::Status GetManifest(grpc::ServerContext*, const tracker::v1::GetManifestRequest* request,
                           grpc::ServerWriter<tracker::v1::GetManifestResponse>* writer) override;
  grpc::Status DownloadChunks(grpc::ServerContext*,
                              const tracker::v1::DownloadChunksRequest* request,
                              grpc::ServerWriter<tracker::v1::ArtifactChunk>* writer) override;
  grpc::Status UseVersion(grpc::ServerContext*, const tracker::v1::UseVersionRequest* request,
                          tracker::v1::ArtifactVersion* response) override;

 private:
  friend class Fault;
  grpc::Status check(const std::string& what) const;  // under `mutex`
  const Version* find(const tracker::v1::ArtifactRef& ref) const;

  std::function<grpc::Status(const std::string& what)> fault_;  // under `mutex`
};

// While it lives the service asks it before each call and each chunk, with the call's name
// ("UploadChunks", …); what it answers ends the call unless it is OK. A stream may outlive the call
// of its client: when this is gone no thread of the server asks any more, so it may refer to
// whatever was declared before it. Under the service's mutex; one at a time.
class Fault {
 public:
  Fault(FakeArtifacts& service, std::function<grpc::Status(const std::string& what)> answer)
      : service_(service) {
    const std::lock_guard lock(service_.mutex);
    service_.fault_ = std::move(answer);
  }
  ~Fault() {
    const std::lock_guard lock(service_.mutex);
    service_.fault_ = nullptr;
  }
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;

 private:
  FakeArtifacts& service_;
};

}  // namespace test_support
