#include "relay/artifacts/upload.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "artifact/manifest.hpp"
#include "artifact/read_file.hpp"
#include "relay/artifacts/chunk_sender.hpp"

namespace tracker::relay {
namespace {

using artifact::FileContent;
using Stub = ArtifactsClient::Stub;

constexpr std::size_t kManifestPart = 1u << 20;
constexpr std::size_t kDigestsPerCall = 16'384;  // docs/artifacts.md, "Limits"

// Reads the files of a version on several threads and hands their chunks on.
class Readers {
 public:
  Readers(const NewVersion& version, const UploadOptions& options, ChunkSender& sender,
          std::stop_source stop)
      : version_(version),
        options_(options),
        sender_(sender),
        stop_(std::move(stop)),
        contents_(version.files.size()) {}

  // What the files hold, in their order. Unfinished when stop was requested.
  std::vector<FileContent> read_all() {
    {
      std::vector<std::jthread> threads;
      const auto count = std::min<std::size_t>(options_.readers, version_.files.size());
      for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { run(); });
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::move(contents_);
  }

 private:
  void run() {
    const artifact::FastCdc cutter;
    artifact::FileChunks reader(cutter);
    try {
      for (std::size_t i = next_++; i < contents_.size() && !stop_.stop_requested(); i = next_++)
        contents_[i] = read(version_.files[i].file, reader);
    } catch (const Stopped&) {
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stop_.request_stop();
    }
  }

  FileContent read(const std::filesystem::path& file, artifact::FileChunks& reader) {
    FileContent content = artifact::read_file(file, reader, [this](const auto& chunk, auto bytes) {
      if (options_.progress != nullptr) options_.progress->bytes_read += bytes.size();
      if (!sender_.add(chunk, bytes)) throw Stopped{};
    });
    if (options_.progress != nullptr) ++options_.progress->files_read;
    return content;
  }

  struct Stopped {};

  const NewVersion& version_;
  const UploadOptions& options_;
  ChunkSender& sender_;
  std::stop_source stop_;
  std::atomic<std::size_t> next_{0};
  std::vector<FileContent> contents_;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

std::string manifest_of(const NewVersion& version, const std::vector<FileContent>& contents) {
  std::vector<std::pair<std::string_view, std::function<void(artifact::ManifestWriter&)>>> entries;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    entries.emplace_back(version.files[i].path, [&, i](auto& writer) {
      writer.add_file(version.files[i].path, contents[i].sha256, contents[i].chunks);
    });
  }
  for (const Reference& reference : version.references) {
    entries.emplace_back(reference.path, [&](auto& writer) {
      writer.add_reference(reference.path, reference.size, reference.checksum, reference.url);
    });
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  artifact::ManifestWriter writer;
  for (const auto& [path, add] : entries) add(writer);
  return writer.finish();
}

v1::CommitVersionRequest header_of(const NewVersion& version, const std::string& upload,
                                   const std::string& manifest) {
  v1::CommitVersionRequest request;
  v1::CommitHeader& header = *request.mutable_header();
  header.set_upload(upload);
  header.set_digest(std::string(artifact::sha256(manifest).raw()));
  header.set_manifest_bytes(manifest.size());
  *header.mutable_aliases() = {version.aliases.begin(), version.aliases.end()};
  *header.mutable_tags() = {version.tags.begin(), version.tags.end()};
  header.set_description(version.description);
  header.set_metadata_json(version.metadata_json);
  header.set_run_id(version.run_id);
  if (version.ttl_s) header.set_ttl_s(*version.ttl_s);
  return request;
}

Uploaded commit(const ArtifactsClient& client, const v1::CommitVersionRequest& header,
                const std::string& manifest, const std::stop_token& stop) {
  Call call(stop);
  v1::CommitVersionResponse response;
  const auto stream = client.stub().CommitVersion(&call.context(), &response);
  bool open = stream->Write(header);
  for (std::size_t from = 0; open && from < manifest.size(); from += kManifestPart) {
    v1::CommitVersionRequest part;
    part.set_manifest(manifest.substr(from, kManifestPart));
    open = stream->Write(part);
  }
  if (open) stream->WritesDone();
  client.check(stream->Finish());
  return {std::move(*response.mutable_version()), response.created()};
}

std::string begin(const ArtifactsClient& client, const NewVersion& version,
                  const UploadOptions& options) {
  v1::BeginUploadRequest request;
  request.set_project(version.project);
  request.set_type(version.type);
  request.set_name(version.name);
  request.set_client(std::string("tracker/") + TRACKER_VERSION);
  return with_patience(options.patience, options.stop, [&] {
    return client.call(&Stub::BeginUpload, request, options.stop).upload();
  });
}

// What the server had of the upload went away: chunks, or the upload itself (nothing was called for
// a day, as of a machine that slept, or an older database was put in place).
struct WentAway {};

// True if a commit that was refused would do with another upload.
bool went_away(const ArtifactsClient& client, const std::string& upload,
               const std::string& manifest, const UploadOptions& options) {
  const auto chunks = artifact::contents_of(manifest).chunks;
  for (std::size_t from = 0; from < chunks.size();) {
    v1::FindMissingRequest request;
    request.set_upload(upload);
    for (std::size_t i = 0; i < kDigestsPerCall && from < chunks.size(); ++i, ++from)
      request.add_sha256(std::string(chunks[from].sha256.raw()));
    try {
      if (with_patience(options.patience, options.stop, [&] {
            return client.call(&Stub::FindMissing, request, options.stop).missing_size() > 0;
          }))
        return true;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kNotFound) throw;
      return true;
    }
  }
  return false;
}

void check_not_stopped(const std::stop_token& stop) {
  if (stop.stop_requested())
    throw Error(ErrorCode::kUnavailable,
                "interrupted: put it again, and only what is missing is sent");
}

// Begins an upload, brings all chunks there, and returns the header of its commit and the manifest.
std::pair<v1::CommitVersionRequest, std::string> send(const ArtifactsClient& client,
                                                      const NewVersion& version,
                                                      const UploadOptions& options) {
  const std::string upload = begin(client, version, options);
  std::stop_source stop;
  const std::stop_callback passed_on(options.stop, [&] { stop.request_stop(); });
  ChunkSender sender(client, upload, options, stop);
  const auto contents = Readers(version, options, sender, stop).read_all();
  try {
    sender.finish();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kNotFound) throw WentAway();
    throw;
  }
  check_not_stopped(options.stop);
  std::string manifest = manifest_of(version, contents);
  auto header = header_of(version, upload, manifest);
  return {std::move(header), std::move(manifest)};
}

Uploaded attempt(const ArtifactsClient& client, const NewVersion& version,
                 const UploadOptions& options) {
  const auto [header, manifest] = send(client, version, options);
  try {
    return with_patience(options.patience, options.stop, [&, &head = header, &body = manifest] {
      return commit(client, head, body, options.stop);
    });
  } catch (const Error& error) {
    // All else that is refused would be refused again.
    const bool about_what_is_there =
        error.code() == ErrorCode::kFailedPrecondition || error.code() == ErrorCode::kNotFound;
    if (about_what_is_there && went_away(client, header.header().upload(), manifest, options))
      throw WentAway();
    throw;
  }
}

}  // namespace

Uploaded upload(const ArtifactsClient& client, const NewVersion& version,
                const UploadOptions& options) {
  try {
    try {
      return attempt(client, version, options);
    } catch (const WentAway&) {
      return attempt(client, version, options);
    }
  } catch (const WentAway&) {
    throw Error(ErrorCode::kUnavailable,
                "what was sent went away from the server before the commit, twice: try again, and "
                "have the server checked with `tracker admin check`");
  } catch (const Error&) {
    check_not_stopped(options.stop);  // what was cancelled has no other reason
    throw;
  }
}

}  // namespace tracker::relay
