#pragma once

#include <string>

#include "api/model_files.hpp"
#include "data/dataset.hpp"

// What the commands read before they work: a model, rows of JSON lines.
namespace trainer::cli {

// As api::open_model, with what is downloaded shown on stderr.
api::ModelFiles open_model(const std::string& id_or_directory, const std::string& revision);

// {"text":…[,"text_pair":…][,"label":…]} lines of a file, or of standard input for "-". Throws
// Error naming the line.
enum class Labels { kIgnored, kRequired };
data::Dataset read_lines(const std::string& input, Labels labels);

}  // namespace trainer::cli
