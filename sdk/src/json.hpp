#pragma once

#include <string>

#include <tracker/run.hpp>
#include <tracker/value.hpp>

namespace tracker {

// A dict as the text of a JSON object. NaN and infinities, which JSON lacks, become "NaN",
// "Infinity", "-Infinity"; bytes that are not UTF-8 become U+FFFD.
std::string to_json(const Dict& dict);
std::string to_json(const MetricDefinition& definition);

}  // namespace tracker
