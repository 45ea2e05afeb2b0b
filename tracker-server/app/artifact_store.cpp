#include "app/artifact_store.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include <tracker/error.hpp>

#include "artifacts/directory_store.hpp"
#include "artifacts/s3_store.hpp"

namespace tracker::app {
namespace {

constexpr std::string_view kS3 = "s3://";

artifacts::S3Options s3_options(const Config& config) {
  artifacts::S3Options out;
  const std::string rest = config.artifact_store.substr(kS3.size());
  const auto slash = rest.find('/');
  out.bucket = rest.substr(0, slash);
  if (slash != std::string::npos) out.folder = rest.substr(slash + 1);
  if (!out.folder.empty() && !out.folder.ends_with('/')) out.folder += '/';
  out.region = config.s3_region;
  out.endpoint = config.s3_endpoint.empty()
                     ? fmt::format("https://s3.{}.amazonaws.com", config.s3_region)
                     : config.s3_endpoint;
  out.access_key = process_environment("AWS_ACCESS_KEY_ID").value_or("");
  out.secret_key = process_environment("AWS_SECRET_ACCESS_KEY").value_or("");
  return out;
}

}  // namespace

std::unique_ptr<artifacts::ChunkStore> open_artifact_store(const Config& config) {
  const std::string& where = config.artifact_store;
  if (where == "database") return nullptr;
  if (where.starts_with(kS3)) return std::make_unique<artifacts::S3Store>(s3_options(config));
  if (std::filesystem::path(where).is_absolute())
    return std::make_unique<artifacts::DirectoryStore>(where);
  throw Error(
      ErrorCode::kInvalidArgument,
      fmt::format("--artifact-store `{}` is neither database, nor a folder that begins with "
                  "/, nor s3://BUCKET[/FOLDER]",
                  where));
}

}  // namespace tracker::app
