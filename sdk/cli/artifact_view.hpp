#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tracker/v1/artifacts.pb.h"

// Artifacts as the command line shows them: JSON that scripts rely on (docs/cli.md), and tables for
// people, whose texts are printable.
namespace tracker::cli {

// "imdb/bert:v3".
std::string version_name(const v1::ArtifactVersion& version);

nlohmann::ordered_json version_json(const v1::ArtifactVersion& version);
nlohmann::ordered_json collection_json(const v1::ArtifactCollection& collection);
nlohmann::ordered_json file_json(const v1::ArtifactFile& file);
nlohmann::ordered_json lineage_json(const v1::Lineage& lineage);

std::string version_table(const std::vector<v1::ArtifactVersion>& versions);
std::string collection_table(const std::vector<v1::ArtifactCollection>& collections);
std::string file_table(const std::vector<v1::ArtifactFile>& files);
// "imdb/bert:v3  made by  imdb/happy-fox", a line for each step; the runs' ids behind.
std::string lineage_table(const v1::Lineage& lineage);

}  // namespace tracker::cli
