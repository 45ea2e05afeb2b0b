#include "rpc/artifact_streams.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tracker/error.hpp>

#include "artifact/manifest.hpp"
#include "auth/artifact_guard.hpp"
#include "core/log_text.hpp"
#include "rpc/artifact_messages.hpp"
#include "rpc/status.hpp"

namespace tracker::rpc {
namespace {

constexpr const char* kTooMany =
    "as many uploads run as this server takes at once: try again in a moment";

// Reads one message after the other; what is done with them happens on the workers, never on
// gRPC's threads, and the next one is read when that is over. So a client is as fast as the
// database.
template <class Request>
class Reader : public grpc::ServerReadReactor<Request> {
 public:
  Reader(const ArtifactStreamContext& context, ArtifactStreamCall call)
      : context_(context), call_(std::move(call)) {
    taken_ = context_.slots.open.fetch_add(1) < context_.slots.most;
  }
  ~Reader() override { context_.slots.open.fetch_sub(1); }

  void begin() {
    if (taken_)
      this->StartRead(&request_);
    else
      end({grpc::StatusCode::RESOURCE_EXHAUSTED, kTooMany});
  }

  void OnReadDone(bool ok) override {
    if (!ok && cancelled_) return end(grpc::Status::CANCELLED);
    const bool posted = context_.workers.post([this, ok] { work(ok); });
    if (!posted) end({grpc::StatusCode::RESOURCE_EXHAUSTED, kTooMany});
  }
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override { delete this; }

 protected:
  // On a worker, one after the other. They throw what becomes the call's status.
  virtual void take(const Request& request) = 0;
  virtual void finish() = 0;

  artifacts::Uploads& uploads() const { return context_.uploads; }
  auth::Guard& guard() { return *guard_; }
  // Nobody who may not write to its project learns that the upload is there.
  storage::ArtifactUploadId shown_upload(const std::string& text) {
    const auto upload = artifacts::upload_id(text);
    if (!auth::show_upload(*guard_, context_.database, upload))
      throw storage::no_such_upload(upload);
    return upload;
  }

 private:
  void work(bool more) {
    try {
      if (!guard_) guard_.emplace(context_.gate.open(call_.claim, call_.needs, call_.from));
      if (more) {
        take(request_);
        this->StartRead(&request_);
        return;
      }
      finish();
      end(grpc::Status::OK);
    } catch (...) {
      end(current_status(call_.record.call(), call_.record.id()));
    }
  }

  void end(const grpc::Status& status) {
    call_.record.end(status);
    this->Finish(status);
  }

  const ArtifactStreamContext context_;
  const ArtifactStreamCall call_;
  std::optional<auth::Guard> guard_;
  Request request_;
  bool taken_ = false;
  std::atomic<bool> cancelled_{false};
};

class ChunkReader final : public Reader<v1::UploadChunksRequest> {
 public:
  ChunkReader(const ArtifactStreamContext& context, ArtifactStreamCall call,
              v1::UploadChunksResponse& response)
      : Reader(context, std::move(call)), response_(response) {}

 private:
  void take(const v1::UploadChunksRequest& request) override {
    if (!upload_) upload_ = shown_upload(request.upload());
    std::vector<artifacts::ReceivedChunk> chunks;
    for (const auto& chunk : request.chunks()) chunks.push_back({chunk.sha256(), chunk.data()});
    sum_ += uploads().add(*upload_, chunks);
  }
  void finish() override {
    response_.set_chunks(sum_.chunks);
    response_.set_bytes(sum_.bytes);
    response_.set_new_bytes(sum_.new_bytes);
  }

  v1::UploadChunksResponse& response_;
  std::optional<storage::ArtifactUploadId> upload_;
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
    shown_upload(request_->upload.text());
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

}  // namespace

grpc::ServerReadReactor<v1::UploadChunksRequest>* read_chunks(const ArtifactStreamContext& context,
                                                              ArtifactStreamCall call,
                                                              v1::UploadChunksResponse& response) {
  auto* reader = new ChunkReader(context, std::move(call), response);
  reader->begin();
  return reader;
}

grpc::ServerReadReactor<v1::CommitVersionRequest>* read_commit(
    const ArtifactStreamContext& context, ArtifactStreamCall call,
    v1::CommitVersionResponse& response) {
  auto* reader = new CommitReader(context, std::move(call), response);
  reader->begin();
  return reader;
}

}  // namespace tracker::rpc
