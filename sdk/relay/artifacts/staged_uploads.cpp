#include "relay/artifacts/staged_uploads.hpp"

#include <chrono>
#include <random>
#include <utility>

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "relay/artifacts/upload.hpp"
#include "relay/channel.hpp"
#include "spool/staged.hpp"

namespace tracker::relay {
namespace {

namespace fs = std::filesystem;
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

std::string line_of(const fs::path& folder, const std::string& what) {
  return "artifact " + folder.filename().string() + ": " + what;
}

// Where a try is: the same code means one thing from the server and another from this machine.
enum class Phase { kReading, kPreparing, kConnecting, kAsking, kConcluding };

// True for what no later try could mend.
bool is_final(Phase phase, ErrorCode code) {
  const bool about_the_request = phase == Phase::kPreparing || phase == Phase::kAsking;
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kFailedPrecondition:
      return about_the_request;
    case ErrorCode::kDataLoss:
      return phase == Phase::kReading;
    default:
      return false;
  }
}

// True if the other requests would fare no better.
bool is_the_servers(Phase phase, const Error& error) {
  return phase == Phase::kConnecting ||
         (phase == Phase::kAsking &&
          (passes(error) || error.code() == ErrorCode::kUnauthenticated));
}

NewVersion version_of(const ArtifactRequest& request, const v1::ArtifactRef& ref,
                      const std::string& run_id) {
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
  return version;
}

v1::ArtifactVersion put(const ArtifactsClient& client, const NewVersion& version,
                        const std::stop_token& stop) {
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
    for (auto& [folder, trial] : trials_) {
      trial.backoff.reset();
      trial.next = {};
    }
  }
  wake_.notify_all();
}

bool StagedUploads::idle() const { return spool::pending_requests(directory_).empty(); }

std::string StagedUploads::trouble() const {
  const std::lock_guard lock(mutex_);
  std::string oldest;
  for (const auto& [folder, trial] : trials_) {
    if (trial.failure.empty()) return "";
    if (oldest.empty()) oldest = trial.failure;
  }
  return oldest;
}

void StagedUploads::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::optional<Server> server;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, stop, [this] { return server_.has_value(); });
      server = server_;
    }
    try {
      if (server && !stop.stop_requested()) work_off(*server, stop);
    } catch (const std::exception&) {
      // Not even memory for a line about it: the next round tries again.
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLook, [] { return false; });
  }
}

void StagedUploads::work_off(const Server& server, const std::stop_token& stop) {
  for (const auto& folder : spool::pending_requests(directory_)) {
    if (stop.stop_requested()) return;
    if (begin(folder) && !attempt(server, folder, stop)) return;
  }
}

// False if it is not its turn yet.
bool StagedUploads::begin(const fs::path& folder) {
  const std::lock_guard lock(mutex_);
  const auto [at, fresh] = trials_.try_emplace(folder, Trial{Backoff(std::random_device{}())});
  return fresh || Clock::now() >= at->second.next;
}

// False if the others need not be tried in this round.
bool StagedUploads::attempt(const Server& server, const fs::path& folder,
                            const std::stop_token& stop) {
  Phase phase = Phase::kReading;
  bool is_put = true;
  try {
    const ArtifactRequest request = spool::read_request(folder);
    is_put = request.kind != ArtifactRequest::Kind::kUse;
    phase = Phase::kPreparing;
    const v1::ArtifactRef ref = ref_of(request.name, project_);
    const NewVersion made = is_put ? version_of(request, ref, run_id_) : NewVersion();
    phase = Phase::kConnecting;
    const ArtifactsClient client(server.url, open_channel(server));
    phase = Phase::kAsking;
    const auto version = is_put ? put(client, made, stop) : use(client, ref, run_id_, stop);
    if (request.kind == ArtifactRequest::Kind::kPutAndUse)
      use(client, ref_of_id(version), run_id_, stop);
    phase = Phase::kConcluding;
    spool::conclude(folder, {name_of(version), ""});
    log_("artifact: " + name_of(version));
    forget(folder);
    return true;
  } catch (const Error& error) {
    if (stop.stop_requested()) return false;
    // What it uses may be what a request before it is to make.
    const bool too_early =
        !is_put && error.code() == ErrorCode::kNotFound && is_behind_another(folder);
    if (is_final(phase, error.code()) && !too_early)
      refuse(folder, error.what());
    else
      try_later(folder, error.what());
    return !is_the_servers(phase, error);
  } catch (const std::exception& error) {
    try_later(folder, error.what());
    return true;
  }
}

bool StagedUploads::is_behind_another(const fs::path& folder) const {
  const std::lock_guard lock(mutex_);
  return !trials_.empty() && trials_.begin()->first < folder;
}

void StagedUploads::refuse(const fs::path& folder, const std::string& why) {
  try {
    spool::conclude(folder, {"", why});
  } catch (const std::exception& error) {  // the disk is full, say
    return try_later(folder, why + " (and that could not be noted: " + error.what() + ')');
  }
  log_(line_of(folder, spool::refusal_line(spool::staged_request(folder))));
  forget(folder);
}

void StagedUploads::forget(const fs::path& folder) {
  const std::lock_guard lock(mutex_);
  trials_.erase(folder);
}

void StagedUploads::try_later(const fs::path& folder, const std::string& why) {
  const std::string line = line_of(folder, why);
  {
    const std::lock_guard lock(mutex_);
    Trial& trial = trials_.at(folder);
    trial.next = Clock::now() + trial.backoff.next();
    if (std::exchange(trial.failure, line) == line) return;
  }
  log_(line);
}

}  // namespace tracker::relay
