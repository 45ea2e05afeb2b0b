#include "rpc/artifacts_service.hpp"

#include <grpcpp/support/server_callback.h>

#include <optional>
#include <utility>

#include "artifacts/checks.hpp"
#include "auth/artifact_guard.hpp"
#include "rpc/artifact_edits.hpp"
#include "rpc/artifact_messages.hpp"
#include "rpc/artifact_reads.hpp"
#include "rpc/artifact_streams.hpp"
#include "rpc/stream_writer.hpp"
#include "rpc/unary_call.hpp"
#include "tracker/v1/artifacts.grpc.pb.h"

namespace tracker::rpc {
namespace {

constexpr std::size_t kManifestPart = 1u << 20;  // of a message
constexpr const char* kTooManyDownloads =
    "as many downloads run as this server serves at once: try again in a moment";

}  // namespace

class ArtifactsService::Impl final : public v1::ArtifactsService::CallbackService {
 public:
  Impl(const ArtifactsServiceParts& parts, ArtifactsServiceOptions options)
      : parts_(parts),
        options_(options),
        uploads_open_{options.streams},
        commits_open_{8},  // each has a manifest in memory
        calls_({.threads = 3, .tasks = 256}),
        uploading_({.threads = 3, .tasks = 2 * options.streams}),
        // One each: whoever reads slowly holds up nobody else.
        downloading_({.threads = options.streams, .tasks = options.streams}) {}

  grpc::ServerUnaryReactor* BeginUpload(grpc::CallbackServerContext* context,
                                        const v1::BeginUploadRequest* request,
                                        v1::BeginUploadResponse* response) override {
    return answer(context, method("ArtifactsService.BeginUpload"), begin_upload, request, response);
  }

  grpc::ServerUnaryReactor* FindMissing(grpc::CallbackServerContext* context,
                                        const v1::FindMissingRequest* request,
                                        v1::FindMissingResponse* response) override {
    return answer(context, method("ArtifactsService.FindMissing"), find_missing, request, response);
  }

  grpc::ServerReadReactor<v1::UploadChunksRequest>* UploadChunks(
      grpc::CallbackServerContext* context, v1::UploadChunksResponse* response) override {
    return read_chunks(stream_context(uploads_open_),
                       stream_call(*context, method("ArtifactsService.UploadChunks")), *response);
  }

  grpc::ServerReadReactor<v1::CommitVersionRequest>* CommitVersion(
      grpc::CallbackServerContext* context, v1::CommitVersionResponse* response) override {
    return read_commit(stream_context(commits_open_),
                       stream_call(*context, method("ArtifactsService.CommitVersion")), *response);
  }

  grpc::ServerUnaryReactor* AbortUpload(grpc::CallbackServerContext* context,
                                        const v1::AbortUploadRequest* request,
                                        v1::AbortUploadResponse* response) override {
    return answer(context, method("ArtifactsService.AbortUpload"), abort_upload, request, response);
  }

  grpc::ServerUnaryReactor* GetVersion(grpc::CallbackServerContext* context,
                                       const v1::GetVersionRequest* request,
                                       v1::ArtifactVersion* response) override {
    return answer(context, method("ArtifactsService.GetVersion"), get_version, request, response);
  }

  grpc::ServerWriteReactor<v1::GetManifestResponse>* GetManifest(
      grpc::CallbackServerContext* context, const v1::GetManifestRequest* request) override {
    return stream<v1::GetManifestResponse>(
        context, method("ArtifactsService.GetManifest"),
        [this, wanted = *request](auto& writer, auth::Guard& guard) {
          const auto version = auth::shown_version(guard, parts_.database, ref_of(wanted.ref()));
          const auto manifest = parts_.downloads.manifest(version);
          v1::GetManifestResponse message;
          fill(version, *message.mutable_version());
          for (std::size_t at = 0; at < manifest->size(); at += kManifestPart) {
            message.set_data(manifest->substr(at, kManifestPart));
            if (!writer.write(std::exchange(message, {}))) return;
          }
        });
  }

  grpc::ServerWriteReactor<v1::ArtifactChunk>* DownloadChunks(
      grpc::CallbackServerContext* context, const v1::DownloadChunksRequest* request) override {
    return stream<v1::ArtifactChunk>(
        context, method("ArtifactsService.DownloadChunks"),
        [this, wanted = *request](auto& writer, auth::Guard& guard) {
          const auto digests = artifacts::digests_of(wanted.sha256());
          guard.project(wanted.project());
          const auto project = storage::project_with_artifacts(parts_.database, wanted.project());
          parts_.downloads.chunks(project, digests,
                                  [&](const artifact::Sha256& sha256, std::string&& data) {
                                    v1::ArtifactChunk message;
                                    message.set_sha256(std::string(sha256.raw()));
                                    message.set_data(std::move(data));
                                    return writer.write(std::move(message));
                                  });
        });
  }

  grpc::ServerUnaryReactor* ListCollections(grpc::CallbackServerContext* context,
                                            const v1::ListCollectionsRequest* request,
                                            v1::ListCollectionsResponse* response) override {
    return answer(context, method("ArtifactsService.ListCollections"), list_collections, request,
                  response);
  }

  grpc::ServerUnaryReactor* ListVersions(grpc::CallbackServerContext* context,
                                         const v1::ListVersionsRequest* request,
                                         v1::ListVersionsResponse* response) override {
    return answer(context, method("ArtifactsService.ListVersions"), list_versions, request,
                  response);
  }

  grpc::ServerUnaryReactor* ListFiles(grpc::CallbackServerContext* context,
                                      const v1::ListFilesRequest* request,
                                      v1::ListFilesResponse* response) override {
    return answer(context, method("ArtifactsService.ListFiles"), list_files, request, response);
  }

  grpc::ServerUnaryReactor* GetLineage(grpc::CallbackServerContext* context,
                                       const v1::GetLineageRequest* request,
                                       v1::Lineage* response) override {
    return answer(context, method("ArtifactsService.GetLineage"), get_lineage, request, response);
  }

  grpc::ServerUnaryReactor* SetAlias(grpc::CallbackServerContext* context,
                                     const v1::SetAliasRequest* request,
                                     v1::ArtifactVersion* response) override {
    return answer(context, method("ArtifactsService.SetAlias"), set_alias, request, response);
  }

  grpc::ServerUnaryReactor* RemoveAlias(grpc::CallbackServerContext* context,
                                        const v1::RemoveAliasRequest* request,
                                        v1::RemoveAliasResponse* response) override {
    return answer(context, method("ArtifactsService.RemoveAlias"), remove_alias, request, response);
  }

  grpc::ServerUnaryReactor* UpdateVersion(grpc::CallbackServerContext* context,
                                          const v1::UpdateVersionRequest* request,
                                          v1::ArtifactVersion* response) override {
    return answer(context, method("ArtifactsService.UpdateVersion"), update_version, request,
                  response);
  }

  grpc::ServerUnaryReactor* UpdateCollection(grpc::CallbackServerContext* context,
                                             const v1::UpdateCollectionRequest* request,
                                             v1::ArtifactCollection* response) override {
    return answer(context, method("ArtifactsService.UpdateCollection"), update_collection, request,
                  response);
  }

  grpc::ServerUnaryReactor* DeleteVersion(grpc::CallbackServerContext* context,
                                          const v1::DeleteVersionRequest* request,
                                          v1::DeleteVersionResponse* response) override {
    return answer(context, method("ArtifactsService.DeleteVersion"), delete_version, request,
                  response);
  }

  grpc::ServerUnaryReactor* RestoreVersion(grpc::CallbackServerContext* context,
                                           const v1::RestoreVersionRequest* request,
                                           v1::ArtifactVersion* response) override {
    return answer(context, method("ArtifactsService.RestoreVersion"), restore_version, request,
                  response);
  }

  grpc::ServerUnaryReactor* DeleteCollection(grpc::CallbackServerContext* context,
                                             const v1::DeleteCollectionRequest* request,
                                             v1::DeleteCollectionResponse* response) override {
    return answer(context, method("ArtifactsService.DeleteCollection"), delete_collection, request,
                  response);
  }

  grpc::ServerUnaryReactor* UseVersion(grpc::CallbackServerContext* context,
                                       const v1::UseVersionRequest* request,
                                       v1::ArtifactVersion* response) override {
    return answer(context, method("ArtifactsService.UseVersion"), use_version, request, response);
  }

 private:
  ArtifactStreamContext stream_context(StreamSlots& slots) {
    return {parts_.database, parts_.gate, parts_.uploads, uploading_, slots, options_.patience};
  }
  ArtifactStreamCall stream_call(grpc::CallbackServerContext& context, const Method& called) const {
    CallRecord record(context, called.call(), options_.access_log);
    auto from = origin_of(context, record.id());
    return {std::move(record), called.needs, claim_of(context), std::move(from)};
  }

  // Runs one of artifact_reads.hpp or artifact_edits.hpp on the pool of calls. Request and response
  // live until Finish.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* answer(grpc::CallbackServerContext* context, const Method& called,
                                   void (*act)(const ArtifactsServiceParts&, auth::Guard&,
                                               const Request&, Response&),
                                   const Request* request, Response* response) {
    return answer_on(calls_, parts_.gate, *context, called,
                     CallRecord(*context, called.call(), options_.access_log),
                     [this, act, request, response](auth::Guard& guard) {
                       act(parts_, guard, *request, *response);
                     });
  }

  // Runs `work(writer, guard)` on the pool of downloads.
  template <class Message, class Work>
  grpc::ServerWriteReactor<Message>* stream(grpc::CallbackServerContext* context,
                                            const Method& called, Work work) {
    const CallRecord record(*context, called.call(), options_.access_log);
    auto* writer = new StreamWriter<Message>(*context, options_.patience);
    const auto finish = [record, writer](const grpc::Status& status) {
      record.end(status);
      writer->finish(status);
    };
    const bool taken =
        downloading_.post([this, &called, writer, record, finish, claim = claim_of(*context),
                           from = origin_of(*context, record.id()), work = std::move(work)] {
          auto status = grpc::Status::OK;
          try {
            judged(parts_.gate, claim, from, called,
                   [&](auth::Guard& guard) { work(*writer, guard); });
          } catch (...) {
            status = current_status(record.call(), record.id());
          }
          finish(status);
        });
    if (!taken) finish({grpc::StatusCode::RESOURCE_EXHAUSTED, kTooManyDownloads});
    return writer;
  }

  const ArtifactsServiceParts parts_;
  const ArtifactsServiceOptions options_;
  StreamSlots uploads_open_, commits_open_;
  Workers calls_, uploading_, downloading_;  // last: their threads use the rest
};

ArtifactsService::ArtifactsService(const ArtifactsServiceParts& parts,
                                   ArtifactsServiceOptions options)
    : impl_(std::make_unique<Impl>(parts, options)) {}
ArtifactsService::~ArtifactsService() = default;
grpc::Service& ArtifactsService::service() { return *impl_; }

}  // namespace tracker::rpc
