#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace trainer::text {

// Lines without their ends (\n or \r\n). Throws kIo, kNotFound, kInvalidInput (too large, not
// UTF-8).
std::vector<std::string> read_lines(const std::filesystem::path& file);

}  // namespace trainer::text
