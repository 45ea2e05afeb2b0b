#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

// How values look in the command line's output.
namespace tracker::cli {

// The shortest decimal text that reads back as the same double, always recognisable as floating
// point ("1.0"); NaN, Infinity and -Infinity by name.
std::string number_text(double value);
// The same as JSON: the names of what JSON cannot say are strings.
std::string number_json(double value);

// Microseconds since the epoch as seconds: "1764000000.25", without an exponent.
std::string seconds_text(std::int64_t time_us);

// "2026-11-24T02:58:06.123456Z".
std::string timestamp_text(std::int64_t time_us);
// "2026-11-24T02:58Z".
std::string minute_text(std::int64_t time_us);
// For people: "3.2s", "4m 05s", "2h 03m", "5d 01h".
std::string duration_text(double seconds);
// "12 B", "3.4 MB".
std::string bytes_text(std::uint64_t bytes);

// Text as a JSON string; bytes that are not UTF-8 are replaced.
std::string quoted_json(std::string_view text);

// Indented, with a line end; bytes that are not UTF-8 are replaced.
std::string json_text(const nlohmann::ordered_json& json);

// Text on its way to a terminal: control characters (C0, DEL, C1), which could move the cursor or
// worse, become '?'; bytes that are not UTF-8 are replaced.
std::string printable(std::string_view text);

}  // namespace tracker::cli
