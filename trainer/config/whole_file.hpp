#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace trainer::config {

// What is read into memory as a whole, where nothing else is said: the largest vocabularies and
// JSON documents of models have half of it.
inline constexpr std::uint64_t kMaxFileBytes = 64U << 20U;

struct FileLimit {
  std::uint64_t bytes = kMaxFileBytes;
  std::string_view what = "a file";  // "a vocabulary": what the message says was expected
};

// A file's bytes. Its size is asked for first, so that nothing is allocated for one over the limit;
// what is appended while it is read is not seen. Throws Error, naming the file: kNotFound when it
// is not there, kIo when it cannot be read or is cut meanwhile, kInvalidInput over the limit.
std::string read_whole_file(const std::filesystem::path& file, const FileLimit& limit = {});

}  // namespace trainer::config
