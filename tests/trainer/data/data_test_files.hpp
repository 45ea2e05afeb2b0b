#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/error.hpp"
#include "data/dataset.hpp"
#include "support/temp_directory.hpp"

// Files that the reader tests write, and the error that a reading ends with.
namespace trainer::data {

inline void write_file(const std::filesystem::path& file, std::string_view content) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

// A .tar.gz (or .zip, by the name) of the given paths and contents, and of links to targets.
inline void write_archive(const std::filesystem::path& file,
                          const std::vector<std::pair<std::string, std::string>>& members,
                          const std::vector<std::pair<std::string, std::string>>& links = {}) {
  archive* out = archive_write_new();
  archive_write_set_format_filter_by_ext(out, file.c_str());
  archive_write_open_filename(out, file.c_str());
  for (const auto& [path, content] : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(out, entry);
    archive_write_data(out, content.data(), content.size());
    archive_entry_free(entry);
  }
  for (const auto& [path, target] : links) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, AE_IFLNK);
    archive_entry_set_symlink(entry, target.c_str());
    archive_write_header(out, entry);
    archive_entry_free(entry);
  }
  archive_write_free(out);
}

inline std::string compress(std::string_view content, const std::filesystem::path& folder,
                            const std::string& name) {
  const std::filesystem::path file = folder / name;
  archive* out = archive_write_new();
  archive_write_set_format_raw(out);
  name.ends_with(".zst") ? archive_write_add_filter_zstd(out) : archive_write_add_filter_gzip(out);
  archive_write_open_filename(out, file.c_str());
  archive_entry* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_write_header(out, entry);
  archive_write_data(out, content.data(), content.size());
  archive_entry_free(entry);
  archive_write_free(out);
  return file.string();
}

inline Dataset read(const std::filesystem::path& source, Split split = Split::kTrain,
                    const Selection& selection = {}) {
  DatasetOptions options;
  options.source = source.string();
  return read_dataset(options, split, selection);
}

// The message of the Error that `function` throws; "" when it throws none.
template <typename Function>
std::string message_of(Function&& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace trainer::data
