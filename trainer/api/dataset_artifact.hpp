#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include <tracker/artifact.hpp>

#include "api/fine_tune.hpp"

// The data that a run used, as artifacts of the type `dataset` that consist of references: the data
// themselves stay where they are.
namespace trainer::api {

struct UsedData {
  std::string source;                        // as the options name it
  std::vector<std::filesystem::path> files;  // that were read
};

// Of training and evaluation rows; one if both are of the same source. Rows in memory have no
// files and are left out.
std::vector<UsedData> used_data(const FineTuneOptions& options, const FineTuneRows& rows);

// Named after the source. A file in the hub's cache is hf://datasets/ORG/REPO@COMMIT/PATH with the
// digest that the cache knows; any other is file:///PATH with its size and SHA-256, for which it is
// read once more. That ends when `stop` is asked for; then, and of a file that was written to since
// `opened`, only the size is told. Throws Error(kIo) for a file that cannot be read.
tracker::ArtifactSettings dataset_artifact(const UsedData& data,
                                           std::filesystem::file_time_type opened,
                                           const std::stop_token& stop);

// Any text as the name of an artifact: what may not stand there is "_", and what is too long loses
// its middle.
std::string artifact_name(const std::string& text);

}  // namespace trainer::api
