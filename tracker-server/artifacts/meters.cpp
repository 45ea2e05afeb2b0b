#include "artifacts/meters.hpp"

#include <utility>

namespace tracker::artifacts {
namespace {

constexpr std::pair<Work, const char*> kNames[] = {{Work::kUpload, "upload"},
                                                   {Work::kCommit, "commit"},
                                                   {Work::kDownload, "download"},
                                                   {Work::kGarbage, "garbage"}};
static_assert(std::size(kNames) == kWorks);

bool is_ours(ErrorCode code) noexcept {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kResourceExhausted ||
         code == ErrorCode::kDataLoss || code == ErrorCode::kInternal;
}

void write_uploads(metrics::Writer& out) {
  const Meters& all = meters();
  out.gauge("tracker_artifact_upload_streams", "Upload streams open.", all.upload_streams);
  out.counter("tracker_artifact_received_chunks_total",
              "Chunks that uploads sent, those that could not be stored too.", all.received_chunks);
  out.counter("tracker_artifact_received_bytes_total", "Bytes of chunks that uploads sent.",
              all.received_bytes);
  out.counter(
      "tracker_artifact_stored_chunks_total",
      "Chunks stored: sent, and not there before. One that an outside store took in part or "
      "that the database did not learn of is none.",
      all.stored_chunks);
  out.counter("tracker_artifact_stored_bytes_total", "Bytes of chunks stored.", all.stored_bytes);
  out.counter("tracker_artifact_versions_total", "Versions committed.", all.versions);
  out.counter("tracker_artifact_version_bytes_total", "Bytes of files of commits.",
              all.version_bytes);
  out.counter("tracker_artifact_deduplicated_bytes_total",
              "Those of them that needed no room: in chunks that a version held already.",
              all.deduplicated_bytes);
}

void write_garbage(metrics::Writer& out) {
  const Meters& all = meters();
  out.counter("tracker_artifact_garbage_rounds_total", "Rounds of the collection of garbage.",
              all.garbage_rounds);
  out.histogram("tracker_artifact_garbage_seconds", "Time of a round.", all.garbage_time);
  out.counter("tracker_artifact_garbage_versions_total", "Versions removed for good.",
              all.garbage_versions);
  out.counter("tracker_artifact_garbage_chunks_total", "Chunks removed.", all.garbage_chunks);
  out.counter("tracker_artifact_garbage_bytes_total", "Bytes of chunks removed.",
              all.garbage_bytes);
}

}  // namespace

Meters& meters() noexcept {
  static Meters instance;
  return instance;
}

void count_failure(Work work, ErrorCode code) noexcept {
  if (is_ours(code)) meters().failures[static_cast<std::size_t>(work)].add();
}

void write_metrics(metrics::Writer& out) {
  const Meters& all = meters();
  write_uploads(out);
  out.counter("tracker_artifact_read_chunks_total", "Chunks read for downloads.", all.read_chunks);
  out.counter("tracker_artifact_read_bytes_total", "Bytes of chunks read for downloads.",
              all.read_bytes);
  write_garbage(out);
  out.family("tracker_artifact_failures_total", "What failed, and not by the caller's fault.",
             metrics::Writer::Type::kCounter);
  for (const auto& [work, name] : kNames)
    out.sample({{"work", name}}, all.failures[static_cast<std::size_t>(work)].value());
}

}  // namespace tracker::artifacts
