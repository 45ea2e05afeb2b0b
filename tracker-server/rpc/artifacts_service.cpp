#include "rpc/artifacts_service.hpp"

#include <grpcpp/support/server_callback.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "artifact/names.hpp"
#include "artifacts/checks.hpp"
#include "auth/artifact_guard.hpp"
#include "auth/audit.hpp"
#include "core/log_text.hpp"
#include "rpc/artifact_messages.hpp"
#include "rpc/artifact_streams.hpp"
#include "rpc/stream_writer.hpp"
#include "rpc/unary_call.hpp"
#include "tracker/v1/artifacts.grpc.pb.h"

namespace tracker::rpc {
namespace {

using artifacts::kGraceS;

constexpr std::size_t kManifestPart = 1u << 20;
constexpr std::uint32_t kDepth = 4, kMostDepth = 16;
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
        downloading_({.threads = 4, .tasks = options.streams}) {}

  grpc::ServerUnaryReactor* BeginUpload(grpc::CallbackServerContext* context,
                                        const v1::BeginUploadRequest* request,
                                        v1::BeginUploadResponse* response) override {
    return answer(context, method("ArtifactsService.BeginUpload"),
                  [this, request, response](auth::Guard& guard) {
                    artifacts::UploadRequest wanted{request->project(), request->type(),
                                                    request->name(), request->client()};
                    wanted.makes_project = !guard.project_to_write(wanted.project);
                    if (guard.who().kind == auth::Principal::Kind::kUser)
                      wanted.creator = guard.who().user;
                    const auto begun = parts_.uploads.begin(wanted);
                    response->set_upload(begun.id.text());
                    response->set_expires_at_us(begun.expires_us);
                  });
  }

  grpc::ServerUnaryReactor* FindMissing(grpc::CallbackServerContext* context,
                                        const v1::FindMissingRequest* request,
                                        v1::FindMissingResponse* response) override {
    return answer(context, method("ArtifactsService.FindMissing"),
                  [this, request, response](auth::Guard& guard) {
                    const auto upload = artifacts::upload_id(request->upload());
                    if (!auth::show_upload(guard, parts_.database, upload))
                      throw storage::no_such_upload(upload);
                    const auto missing = parts_.uploads.find_missing(
                        upload, artifacts::digests_of(request->sha256()));
                    response->mutable_missing()->Add(missing.begin(), missing.end());
                  });
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
                                        v1::AbortUploadResponse*) override {
    return answer(context, method("ArtifactsService.AbortUpload"),
                  [this, request](auth::Guard& guard) {
                    const auto upload = artifacts::upload_id(request->upload());
                    if (!auth::show_upload(guard, parts_.database, upload))
                      return guard.nothing_there();
                    parts_.uploads.abort(upload);
                  });
  }

  grpc::ServerUnaryReactor* GetVersion(grpc::CallbackServerContext* context,
                                       const v1::GetVersionRequest* request,
                                       v1::ArtifactVersion* response) override {
    return answer(
        context, method("ArtifactsService.GetVersion"),
        [this, request, response](auth::Guard& guard) {
          const auto deleted = request->deleted() ? storage::DeletedVersions::kFound
                                                  : storage::DeletedVersions::kHidden;
          fill(auth::shown_version(guard, parts_.database, ref_of(request->ref()), deleted),
               *response);
        });
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
    return answer(context, method("ArtifactsService.ListCollections"),
                  [this, request, response](auth::Guard& guard) {
                    guard.project(request->project());
                    const auto list = storage::list_collections(
                        parts_.database, request->project(), request->type(),
                        page_of(request->page_size(), request->page_token()));
                    for (const auto& item : list.items) fill(item, *response->add_collections());
                    response->set_next_page_token(list.next);
                  });
  }

  grpc::ServerUnaryReactor* ListVersions(grpc::CallbackServerContext* context,
                                         const v1::ListVersionsRequest* request,
                                         v1::ListVersionsResponse* response) override {
    return answer(context, method("ArtifactsService.ListVersions"),
                  [this, request, response](auth::Guard& guard) {
                    guard.project(request->project());
                    const auto which = request->deleted() ? storage::VersionsListed::kDeleted
                                                          : storage::VersionsListed::kLiving;
                    const auto list = storage::list_versions(
                        parts_.database, request->project(), request->name(), which,
                        page_of(request->page_size(), request->page_token()));
                    for (const auto& item : list.items) fill(item, *response->add_versions());
                    response->set_next_page_token(list.next);
                  });
  }

  grpc::ServerUnaryReactor* ListFiles(grpc::CallbackServerContext* context,
                                      const v1::ListFilesRequest* request,
                                      v1::ListFilesResponse* response) override {
    return answer(context, method("ArtifactsService.ListFiles"),
                  [this, request, response](auth::Guard& guard) {
                    const auto page = page_of(request->page_size(), request->page_token());
                    const auto version =
                        auth::shown_version(guard, parts_.database, ref_of(request->ref()));
                    const auto manifest = parts_.downloads.manifest(version);
                    const auto list = artifacts::list_files(*manifest, request->prefix(), page);
                    for (const auto& entry : list.items) fill(entry, *response->add_files());
                    response->set_next_page_token(list.next);
                  });
  }

  grpc::ServerUnaryReactor* GetLineage(grpc::CallbackServerContext* context,
                                       const v1::GetLineageRequest* request,
                                       v1::Lineage* response) override {
    return answer(context, method("ArtifactsService.GetLineage"),
                  [this, request, response](auth::Guard& guard) {
                    const std::uint32_t depth = request->depth() == 0 ? kDepth : request->depth();
                    if (depth > kMostDepth)
                      throw Error(ErrorCode::kInvalidArgument, "depth must be at most 16");
                    storage::LineageStart start;
                    if (request->has_ref()) {
                      start =
                          auth::shown_version(guard, parts_.database, ref_of(request->ref())).id;
                    } else {
                      const auto run = run_of(request->run_id());
                      guard.run(run);
                      start = run;
                    }
                    auto lineage = storage::lineage_of(parts_.database, start, depth);
                    auth::keep_visible(guard, parts_.database, lineage);
                    fill(lineage, *response);
                  });
  }

  grpc::ServerUnaryReactor* SetAlias(grpc::CallbackServerContext* context,
                                     const v1::SetAliasRequest* request,
                                     v1::ArtifactVersion* response) override {
    return answer(
        context, method("ArtifactsService.SetAlias"),
        [this, request, response](auth::Guard& guard) {
          artifact::check_alias(request->alias());
          show(guard, request->ref());
          fill(storage::set_alias(parts_.database, ref_of(request->ref()), request->alias()),
               *response);
        });
  }

  grpc::ServerUnaryReactor* RemoveAlias(grpc::CallbackServerContext* context,
                                        const v1::RemoveAliasRequest* request,
                                        v1::RemoveAliasResponse*) override {
    return answer(context, method("ArtifactsService.RemoveAlias"),
                  [this, request](auth::Guard& guard) {
                    artifact::check_alias(request->alias());
                    guard.project(request->project());
                    storage::remove_alias(parts_.database, request->project(), request->name(),
                                          request->alias());
                  });
  }

  grpc::ServerUnaryReactor* UpdateVersion(grpc::CallbackServerContext* context,
                                          const v1::UpdateVersionRequest* request,
                                          v1::ArtifactVersion* response) override {
    return answer(context, method("ArtifactsService.UpdateVersion"),
                  [this, request, response](auth::Guard& guard) {
                    show(guard, request->ref());
                    fill(storage::update_version(parts_.database, ref_of(request->ref()),
                                                 update_of(*request)),
                         *response);
                  });
  }

  grpc::ServerUnaryReactor* UpdateCollection(grpc::CallbackServerContext* context,
                                             const v1::UpdateCollectionRequest* request,
                                             v1::ArtifactCollection* response) override {
    return answer(context, method("ArtifactsService.UpdateCollection"),
                  [this, request, response](auth::Guard& guard) {
                    guard.project(request->project());
                    fill(storage::update_collection(parts_.database, request->project(),
                                                    request->name(), update_of(*request)),
                         *response);
                  });
  }

  grpc::ServerUnaryReactor* DeleteVersion(grpc::CallbackServerContext* context,
                                          const v1::DeleteVersionRequest* request,
                                          v1::DeleteVersionResponse* response) override {
    return answer(
        context, method("ArtifactsService.DeleteVersion"),
        [this, request, response](auth::Guard& guard) {
          show(guard, request->ref());
          auto deletion = deletion_of(request->has_grace_s() ? request->grace_s() : kGraceS,
                                      parts_.clock.now_us());
          deletion.with_aliases = request->delete_aliases();
          const auto version =
              storage::delete_version(parts_.database, ref_of(request->ref()), deletion);
          fill(version, *response->mutable_version());
          spdlog::info("event=artifact_deleted project={} name={} version=v{} id={} purge_us={}",
                       core::quoted(version.project), core::quoted(version.name), version.number,
                       version.id.text(), version.purge_us.value_or(0));
          note(guard, "artifact.delete", response->version());
        });
  }

  grpc::ServerUnaryReactor* RestoreVersion(grpc::CallbackServerContext* context,
                                           const v1::RestoreVersionRequest* request,
                                           v1::ArtifactVersion* response) override {
    return answer(context, method("ArtifactsService.RestoreVersion"),
                  [this, request, response](auth::Guard& guard) {
                    show(guard, request->ref());
                    fill(storage::restore_version(parts_.database, ref_of(request->ref()),
                                                  parts_.clock.now_us()),
                         *response);
                    spdlog::info("event=artifact_restored project={} name={} version=v{} id={}",
                                 core::quoted(response->project()), core::quoted(response->name()),
                                 response->number(), response->id());
                    note(guard, "artifact.restore", *response);
                  });
  }

  grpc::ServerUnaryReactor* DeleteCollection(grpc::CallbackServerContext* context,
                                             const v1::DeleteCollectionRequest* request,
                                             v1::DeleteCollectionResponse* response) override {
    return answer(context, method("ArtifactsService.DeleteCollection"),
                  [this, request, response](auth::Guard& guard) {
                    guard.project(request->project());
                    response->set_versions(storage::delete_collection(
                        parts_.database, request->project(), request->name(),
                        deletion_of(request->has_grace_s() ? request->grace_s() : kGraceS,
                                    parts_.clock.now_us())));
                    spdlog::info("event=artifact_collection_deleted project={} name={} versions={}",
                                 core::quoted(request->project()), core::quoted(request->name()),
                                 response->versions());
                    auth::note(parts_.gate, guard, "artifact.delete",
                               request->project() + "/" + request->name(), "all versions");
                  });
  }

  grpc::ServerUnaryReactor* UseVersion(grpc::CallbackServerContext* context,
                                       const v1::UseVersionRequest* request,
                                       v1::ArtifactVersion* response) override {
    return answer(context, method("ArtifactsService.UseVersion"),
                  [this, request, response](auth::Guard& guard) {
                    const auto run = run_of(request->run_id());
                    guard.run(run);
                    const auto ref = ref_of(request->ref());
                    auth::visible_version(guard, parts_.database, ref);
                    fill(storage::use_version(parts_.database, ref, run, parts_.clock.now_us()),
                         *response);
                  });
  }

 private:
  // A version that is deleted may be meant.
  void show(auth::Guard& guard, const v1::ArtifactRef& ref) const {
    auth::shown_version(guard, parts_.database, ref_of(ref), storage::DeletedVersions::kFound);
  }
  void note(const auth::Guard& guard, const char* action,
            const v1::ArtifactVersion& version) const {
    auth::note(parts_.gate, guard, action,
               version.project() + "/" + version.name() + ":v" + std::to_string(version.number()));
  }

  ArtifactStreamContext stream_context(StreamSlots& slots) {
    return {parts_.database, parts_.gate, parts_.uploads, uploading_, slots};
  }
  ArtifactStreamCall stream_call(grpc::CallbackServerContext& context, const Method& called) const {
    CallRecord record(context, called.call(), options_.access_log);
    auto from = origin_of(context, record.id());
    return {std::move(record), called.needs, claim_of(context), std::move(from)};
  }

  // Runs `work(guard)` on the pool of calls. Request and response live until Finish.
  template <class Work>
  grpc::ServerUnaryReactor* answer(grpc::CallbackServerContext* context, const Method& called,
                                   Work work) {
    return answer_on(calls_, parts_.gate, *context, called,
                     CallRecord(*context, called.call(), options_.access_log), std::move(work));
  }

  // Runs `work(writer, guard)` on the pool of downloads.
  template <class Message, class Work>
  grpc::ServerWriteReactor<Message>* stream(grpc::CallbackServerContext* context,
                                            const Method& called, Work work) {
    const CallRecord record(*context, called.call(), options_.access_log);
    auto* writer = new StreamWriter<Message>;
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
