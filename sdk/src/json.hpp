#pragma once

#include <string>

#include <tracker/json.hpp>
#include <tracker/run.hpp>

namespace tracker {

// As the spool has it: docs/spool-format.md, record of kind 6.
std::string to_json(const MetricDefinition& definition);

}  // namespace tracker
