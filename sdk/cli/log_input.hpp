#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tracker/run.hpp>

// What `tracker log` is given, as values: rows on stdin, config on the command line. All throw
// Error(kInvalidArgument) that says what is wrong, without the place.
namespace tracker::cli {

// A JSON object: numbers, true and false (1 and 0), and the strings "NaN", "Infinity", "-Infinity";
// `step` is the row's step, an integer. An array of such values is a histogram of them.
struct LogRow {
  std::optional<std::int64_t> step;
  std::vector<std::pair<std::string, double>> values;
  std::vector<std::pair<std::string, std::vector<double>>> histograms;
};
LogRow parse_log_row(std::string_view line);

// "lr=0.1": the value as JSON if it is JSON, else as text.
std::pair<std::string, Value> parse_assignment(const std::string& text);

// "ID@STEP".
RunStep parse_run_step(std::string_view text);

}  // namespace tracker::cli
