#include "relay/artifacts/staged_uploads.hpp"

#include <chrono>
#include <utility>

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "relay/artifacts/upload.hpp"
#include "relay/channel.hpp"
#include "spool/staged.hpp"

namespace tracker::relay {
namespace {

using spool::ArtifactRequest;

// How often the folder of requests is looked at; asking for a few names costs nothing.
constexpr std::chrono::milliseconds kLook{500};

v1::ArtifactRef ref_of(const std::string& text, const std::string& project) {
  const artifact::Name name = artifact::parse_name(text);
  v1::ArtifactRef ref;
  ref.set_project(name.project.empty() ? project : name.project);
  ref.set_name(name.collection);
  ref.set_version(name.ref);
  return ref;
}

std::string name_of(const v1::ArtifactVersion& version) {
  return version.project() + '/' + version.name() + ":v" + std::to_string(version.number());
}

// The user may come to have the right: `tracker sync` then goes on.
bool is_about_access(const Error& error) {
  return error.code() == ErrorCode::kUnauthenticated ||
         error.code() == ErrorCode::kPermissionDenied;
}

v1::ArtifactVersion put(const ArtifactsClient& client, const ArtifactRequest& request,
                        const v1::ArtifactRef& ref, const std::string& run_id,
                        const std::stop_token& stop) {
  NewVersion version;
  version.project = ref.project();
  version.name = ref.name();
  version.type = request.type;
  version.description = request.description;
  version.metadata_json = request.metadata_json;
  version.aliases = request.aliases;
  version.tags = request.tags;
  version.ttl_s = request.ttl_s;
  if (request.kind == ArtifactRequest::Kind::kPut) version.run_id = run_id;
  for (const auto& reference : request.references)
    version.references.push_back(look_up_reference(reference));
  for (const auto& known : request.known_references)
    version.references.push_back({known.path, known.url, known.checksum, known.size});
  if (!request.source.empty())
    version.files = artifact::files_of(request.source, artifact::OutsideLinks::kRefused).files;
  UploadOptions options;
  options.stop = stop;
  options.readers = 1;  // the program that is tracked needs the cores
  options.streams = 2;
  return upload(client, version, options).version;
}

v1::ArtifactVersion use(const ArtifactsClient& client, const v1::ArtifactRef& ref,
                        const std::string& run_id, const std::stop_token& stop) {
  v1::UseVersionRequest request;
  *request.mutable_ref() = ref;
  request.set_run_id(run_id);
  return client.call(&ArtifactsClient::Stub::UseVersion, request, stop);
}

v1::ArtifactRef ref_of_id(const v1::ArtifactVersion& version) {
  v1::ArtifactRef ref;
  ref.set_id(version.id());  // an alias may have moved since
  return ref;
}

v1::ArtifactVersion fulfil(const ArtifactsClient& client, const ArtifactRequest& request,
                           const v1::ArtifactRef& ref, const std::string& run_id,
                           const std::stop_token& stop) {
  if (request.kind == ArtifactRequest::Kind::kUse) return use(client, ref, run_id, stop);
  auto version = put(client, request, ref, run_id, stop);
  if (request.kind == ArtifactRequest::Kind::kPutAndUse)
    use(client, ref_of_id(version), run_id, stop);
  return version;
}

}  // namespace

StagedUploads::StagedUploads(std::filesystem::path writer_directory, std::string run_id,
                             std::string project, Log log)
    : directory_(std::move(writer_directory)),
      run_id_(std::move(run_id)),
      project_(std::move(project)),
      log_(std::move(log)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

StagedUploads::~StagedUploads() = default;

void StagedUploads::online(const Server& server) {
  {
    const std::lock_guard lock(mutex_);
    server_ = server;
  }
  wake_.notify_all();
}

bool StagedUploads::idle() const { return spool::pending_requests(directory_).empty(); }

std::string StagedUploads::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void StagedUploads::note(const std::string& trouble) {
  const std::lock_guard lock(mutex_);
  trouble_ = trouble;
}

void StagedUploads::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::optional<Server> server;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, stop, [this] { return server_.has_value(); });
      server = server_;
    }
    if (server && !stop.stop_requested()) work_off(*server, stop);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLook, [] { return false; });
  }
}

// What the server or the files refuse is concluded with the reason; what passes is tried again at
// the next look.
void StagedUploads::work_off(const Server& server, const std::stop_token& stop) {
  for (const auto& folder : spool::pending_requests(directory_)) {
    if (stop.stop_requested()) return;
    try {
      const ArtifactRequest request = spool::read_request(folder);
      const ArtifactsClient client(server.url, open_channel(server));
      const v1::ArtifactRef ref = ref_of(request.name, project_);
      const auto version = fulfil(client, request, ref, run_id_, stop);
      note("");
      spool::conclude(folder, {name_of(version), ""});
      log_("artifact: " + name_of(version));
    } catch (const Error& error) {
      if (stop.stop_requested()) return;
      const std::string line = "artifact " + folder.filename().string() + ": " + error.what();
      note(line);
      log_(line);
      if (passes(error) || is_about_access(error)) return;
      spool::conclude(folder, {"", error.what()});
    }
  }
}

}  // namespace tracker::relay
