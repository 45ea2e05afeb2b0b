#pragma once

#include <string>
#include <string_view>

#include <tracker/error.hpp>

#include "config/error.hpp"

// Models that the tracker keeps: "tracker://PROJECT/NAME[:VERSION]" wherever a model is named
// (docs/artifacts.md).
namespace trainer::api {

bool names_artifact(std::string_view model);

struct ModelPlace {
  std::string place;    // a directory or a hub id
  std::string version;  // "imdb/model-happy-fox-1:v3"; empty unless it is the tracker's
};

// Fetches the tracker's model into this user's artifact cache, every byte checked, but for archives
// of the same files (*.tar.gz); another name is its own place. The directory is only to be read.
// Blocks as long as that takes; any thread. Throws Error: kUsage for a name that cannot be,
// kNotFound for what is not there, kInvalidInput for another type than `model`, kIo for no room,
// kHub for a server that does not answer or does not let us in.
ModelPlace place_of(const std::string& model);

// What the tracker's client says, as the trainer's own error.
Error translated(const tracker::Error& error, const std::string& prefix);

}  // namespace trainer::api
