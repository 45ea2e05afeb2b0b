#include "rpc/artifact_streams.hpp"

#include <spdlog/spdlog.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tracker/error.hpp>

#include "artifact/manifest.hpp"
#include "artifacts/meters.hpp"
#include "auth/artifact_guard.hpp"
#include "core/log_text.hpp"
#include "rpc/artifact_messages.hpp"
#include "rpc/status.hpp"
#include "storage/access.hpp"

namespace tracker::rpc {
namespace {

template <class Request>
class Reader : public StreamReader<Request> {
 public:
  Reader(const ArtifactStreamContext& context, ArtifactStreamCall call)
      : StreamReader<Request>({context.workers, context.slots, context.patience}),
        context_(context),
        call_(std::move(call)) {}

 protected:
  artifacts::Uploads& uploads() const { return context_.uploads; }
  auth::Guard& guard() { return *guard_; }
  // The one that the first message names. Nobody who may not write to its project learns that it is
  // there.
  storage::ArtifactUploadId upload_named(const std::string& text) {
    if (upload_) return *upload_;
    const auto upload = artifacts::upload_id(text);
    show(upload);
    return *(upload_ = upload);
  }

 private:
  // Rights may have changed since the last look, which costs one small query to find out. The
  // version is taken before the look: a change that comes between is looked at twice.
  void admit() override {
    const std::int64_t version = storage::access_version(context_.database);
    const bool runs_out = guard_ && guard_->who().expires_us <= context_.gate.clock().now_us();
    if (guard_ && version == version_ && !runs_out) return;
    guard_.emplace(context_.gate.open(call_.claim, call_.needs, call_.from));
    if (upload_) show(*upload_);
    version_ = version;
  }
  void show(storage::ArtifactUploadId upload) {
    if (!auth::show_upload(*guard_, context_.database, upload))
      throw storage::no_such_upload(upload);
  }
  grpc::Status refusal() const override {
    return current_status(call_.record.call(), call_.record.id());
  }
  void ended(const grpc::Status& status) override { call_.record.end(status); }

  const ArtifactStreamContext context_;
  const ArtifactStreamCall call_;
  std::optional<auth::Guard> guard_;
  std::int64_t version_ = 0;  // of everybody's rights, as of the guard
  std::optional<storage::ArtifactUploadId> upload_;
};

class ChunkReader final : public Reader<v1::UploadChunksRequest> {
 public:
  ChunkReader(const ArtifactStreamContext& context, ArtifactStreamCall call,
              v1::UploadChunksResponse& response)
      : Reader(context, std::move(call)), response_(response) {}

 private:
  void take(const v1::UploadChunksRequest& request) override {
    const auto upload = upload_named(request.upload());
    std::vector<artifacts::ReceivedChunk> chunks;
    for (const auto& chunk : request.chunks()) chunks.push_back({chunk.sha256(), chunk.data()});
    sum_ += uploads().add(upload, chunks);
  }
  void finish() override {
    response_.set_chunks(sum_.chunks);
    response_.set_bytes(sum_.bytes);
    response_.set_new_bytes(sum_.new_bytes);
  }

  const artifacts::OpenUploadStream open_;
  v1::UploadChunksResponse& response_;
  artifacts::Received sum_;
};

class CommitReader final : public Reader<v1::CommitVersionRequest> {
 public:
  CommitReader(const ArtifactStreamContext& context, ArtifactStreamCall call,
               v1::CommitVersionResponse& response)
      : Reader(context, std::move(call)), response_(response) {}

 private:
  void take(const v1::CommitVersionRequest& request) override {
    if (!request_)
      take_header(request);
    else if (request.has_manifest())
      take_part(request.manifest());
    else
      throw Error(ErrorCode::kInvalidArgument, "the header of a commit comes once, and first");
  }

  void take_header(const v1::CommitVersionRequest& request) {
    if (!request.has_header())
      throw Error(ErrorCode::kInvalidArgument, "a commit begins with its header");
    announced_ = request.header().manifest_bytes();
    if (announced_ > artifact::kMostManifestBytes)
      throw Error(ErrorCode::kInvalidArgument,
                  "a manifest has at most 64 MiB, not " + std::to_string(announced_) + " bytes");
    request_ = commit_of(request.header());
    upload_named(request_->upload.text());
    artifacts::Uploads::check(*request_);
    if (!request_->run_id.empty()) guard().run(run_of(request_->run_id));
  }

  void take_part(const std::string& part) {
    if (part.size() > announced_ - manifest_.size())
      throw Error(ErrorCode::kInvalidArgument, "the manifest is longer than the commit announced");
    manifest_ += part;
  }

  void finish() override {
    if (!request_ || manifest_.size() != announced_)
      throw Error(ErrorCode::kInvalidArgument, "the commit ended before its manifest did");
    const auto committed = uploads().commit(*request_, manifest_);
    fill(committed.version, *response_.mutable_version());
    response_.set_created(committed.created);
    const auto& version = committed.version;
    spdlog::info(
        "event=artifact_committed project={} name={} version=v{} id={} created={} "
        "files={} bytes={} added_bytes={}",
        core::quoted(version.project), core::quoted(version.name), version.number,
        version.id.text(), committed.created, version.files, version.size_bytes,
        version.added_bytes);
  }

  v1::CommitVersionResponse& response_;
  std::optional<artifacts::CommitRequest> request_;
  std::uint64_t announced_ = 0;
  std::string manifest_;
};

// Keeps itself until gRPC is done with it.
template <class Kind, class Response>
Kind* begun(const ArtifactStreamContext& context, ArtifactStreamCall call, Response& response) {
  const auto reader = std::make_shared<Kind>(context, std::move(call), response);
  reader->begin();
  return reader.get();
}

}  // namespace

grpc::ServerReadReactor<v1::UploadChunksRequest>* read_chunks(const ArtifactStreamContext& context,
                                                              ArtifactStreamCall call,
                                                              v1::UploadChunksResponse& response) {
  return begun<ChunkReader>(context, std::move(call), response);
}

grpc::ServerReadReactor<v1::CommitVersionRequest>* read_commit(
    const ArtifactStreamContext& context, ArtifactStreamCall call,
    v1::CommitVersionResponse& response) {
  return begun<CommitReader>(context, std::move(call), response);
}

}  // namespace tracker::rpc
