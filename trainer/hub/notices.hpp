#pragma once

#include <string>

// Lines for people that no caller asked for: waits, and cached copies that have to serve. They go
// to the logger that the program registered with spdlog as kLogger. A program that has none, as one
// that uses the trainer as a library, hears nothing: a library does not print. Any thread.
namespace trainer::hub {

inline constexpr const char* kLogger = "trainer";

void inform(const std::string& line);
void warn(const std::string& line);

}  // namespace trainer::hub
