#include "api/artifact_model.hpp"

#include <fmt/format.h>

#include <tracker/artifact.hpp>

namespace trainer::api {
namespace {

constexpr std::string_view kScheme = "tracker://";

ErrorCode code_of(tracker::ErrorCode code) {
  switch (code) {
    case tracker::ErrorCode::kNotFound:
      return ErrorCode::kNotFound;
    case tracker::ErrorCode::kInvalidArgument:
    case tracker::ErrorCode::kDataLoss:
      return ErrorCode::kInvalidInput;
    case tracker::ErrorCode::kResourceExhausted:
      return ErrorCode::kIo;
    default:
      return ErrorCode::kHub;
  }
}

}  // namespace

bool names_artifact(std::string_view model) { return model.starts_with(kScheme); }

Error translated(const tracker::Error& error, const std::string& prefix) {
  return {code_of(error.code()), fmt::format("{}: {}", prefix, error.what())};
}

ModelPlace place_of(const std::string& model) {
  if (!names_artifact(model)) return {.place = model, .version = {}};
  if (model.find('/', kScheme.size()) == std::string::npos) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--model {}: of which project? Write tracker://PROJECT/{}", model,
                            model.substr(kScheme.size())));
  }
  try {
    tracker::FetchSettings settings;
    settings.type = "model";
    settings.exclude = {"*.tar.gz"};
    const tracker::FetchedArtifact fetched = tracker::fetch_artifact(model, settings);
    return {.place = fetched.folder.string(), .version = fetched.version};
  } catch (const tracker::Error& error) {
    throw translated(error, "--model " + model);
  }
}

}  // namespace trainer::api
