#include "support/fake_server/fake_artifacts.hpp"

#include <charconv>

#include "artifact/manifest.hpp"

namespace test_support {

using grpc::Status;
using grpc::StatusCode;
namespace artifact = tracker::artifact;
namespace v1 = tracker::v1;

Status FakeArtifacts::check(const std::string& what) const {
  return fault_ ? fault_(what) : Status::OK;
}

const FakeArtifacts::Version* FakeArtifacts::find(const v1::ArtifactRef& ref) const {
  std::size_t number = versions.size() - 1;
  const std::string& name = ref.version();
  if (name.starts_with('v') &&
      std::from_chars(name.data() + 1, name.data() + name.size(), number).ec != std::errc())
    return nullptr;
  return number < versions.size() ? &versions[number] : nullptr;
}

void FakeArtifacts::add(const std::string& manifest) {
  Version added;
  added.manifest = manifest;
  added.version.set_id("version-" + std::to_string(versions.size()));
  added.version.set_project("p");
  added.version.set_name("a");
  added.version.set_type("model");
  added.version.set_number(static_cast<std::uint32_t>(versions.size()));
  added.version.set_digest(std::string(artifact::sha256(manifest).raw()));
  versions.push_back(std::move(added));
}

Status FakeArtifacts::BeginUpload(grpc::ServerContext*, const v1::BeginUploadRequest*,
                                  v1::BeginUploadResponse* response) {
  const std::lock_guard lock(mutex);
  if (const Status status = check("BeginUpload"); !status.ok()) return status;
  response->set_upload("upload-" + std::to_string(begun++));
  return Status::OK;
}

Status FakeArtifacts::FindMissing(grpc::ServerContext*, const v1::FindMissingRequest* request,
                                  v1::FindMissingResponse* response) {
  const std::lock_guard lock(mutex);
  if (const Status status = check("FindMissing"); !status.ok()) return status;
  for (int i = 0; i < request->sha256_size(); ++i)
    if (!chunks.contains(request->sha256(i))) response->add_missing(static_cast<std::uint32_t>(i));
  return Status::OK;
}

Status FakeArtifacts::UploadChunks(grpc::ServerContext*,
                                   grpc::ServerReader<v1::UploadChunksRequest>* reader,
                                   v1::UploadChunksResponse*) {
  v1::UploadChunksRequest message;
  while (reader->Read(&message)) {
    const std::lock_guard lock(mutex);
    for (const auto& chunk : message.chunks()) {
      if (const Status status = check("UploadChunks"); !status.ok()) return status;
      if (artifact::sha256(chunk.data()).raw() != chunk.sha256())
        return {StatusCode::INVALID_ARGUMENT, "other bytes than the SHA-256 says"};
      chunks[chunk.sha256()] = chunk.data();
      ++uploaded_chunks;
    }
  }
  return Status::OK;
}

Status FakeArtifacts::CommitVersion(grpc::ServerContext*,
                                    grpc::ServerReader<v1::CommitVersionRequest>* reader,
                                    v1::CommitVersionResponse* response) {
  v1::CommitVersionRequest message;
  v1::CommitHeader header;
  std::string manifest;
  while (reader->Read(&message)) {
    if (message.has_header()) header = message.header();
    manifest += message.manifest();
  }
  const std::lock_guard lock(mutex);
  if (const Status status = check("CommitVersion"); !status.ok()) return status;
  for (const auto& chunk : artifact::contents_of(manifest).chunks)
    if (!chunks.contains(std::string(chunk.sha256.raw())))
      return {StatusCode::FAILED_PRECONDITION, "the chunk " + chunk.sha256.hex() + " is missing"};
  commits.push_back(header);
  add(manifest);
  *response->mutable_version() = versions.back().version;
  response->set_created(true);
  return Status::OK;
}

Status FakeArtifacts::GetVersion(grpc::ServerContext*, const v1::GetVersionRequest* request,
                                 v1::ArtifactVersion* response) {
  const std::lock_guard lock(mutex);
  const Version* version = find(request->ref());
  if (version == nullptr) return {StatusCode::NOT_FOUND, "no such version"};
  *response = version->version;
  return Status::OK;
}

Status FakeArtifacts::UseVersion(grpc::ServerContext*, const v1::UseVersionRequest* request,
                                 v1::ArtifactVersion* response) {
  const std::lock_guard lock(mutex);
  if (const Status status = check("UseVersion"); !status.ok()) return status;
  const Version* version = find(request->ref());
  if (version == nullptr) return {StatusCode::NOT_FOUND, "no such version"};
  uses.push_back(*request);
  *response = version->version;
  return Status::OK;
}

Status FakeArtifacts::GetManifest(grpc::ServerContext*, const v1::GetManifestRequest* request,
                                  grpc::ServerWriter<v1::GetManifestResponse>* writer) {
  const std::lock_guard lock(mutex);
  if (const Status status = check("GetManifest"); !status.ok()) return status;
  const Version* version = find(request->ref());
  if (version == nullptr) return {StatusCode::NOT_FOUND, "no such version"};
  v1::GetManifestResponse part;
  *part.mutable_version() = version->version;
  const std::size_t half = version->manifest.size() / 2;
  part.set_data(version->manifest.substr(0, half));
  writer->Write(part);
  part.clear_version();
  part.set_data(version->manifest.substr(half));
  writer->Write(part);
  return Status::OK;
}

Status FakeArtifacts::DownloadChunks(grpc::ServerContext*, const v1::DownloadChunksRequest* request,
                                     grpc::ServerWriter<v1::ArtifactChunk>* writer) {
  for (const std::string& digest : request->sha256()) {
    v1::ArtifactChunk chunk;
    {
      const std::lock_guard lock(mutex);
      if (const Status status = check("DownloadChunks"); !status.ok()) return status;
      const auto found = chunks.find(digest);
      if (found == chunks.end()) return {StatusCode::NOT_FOUND, "no such chunk"};
      chunk.set_sha256(digest);
      chunk.set_data(found->second);
      if (spoil) spoil(chunk);
      ++downloaded_chunks;
    }
    if (!writer->Write(chunk)) break;
  }
  return Status::OK;
}

}  // namespace test_support
