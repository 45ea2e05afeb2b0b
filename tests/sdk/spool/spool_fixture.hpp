#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "spool/layout.hpp"
#include "spool/reader.hpp"
#include "spool/writer.hpp"
#include "support/temp_directory.hpp"

namespace tracker::spool::test {

inline WriterOptions options_for(const std::filesystem::path& directory,
                                 std::size_t segment_bytes = 64u << 10) {
  WriterOptions options;
  options.directory = directory;
  options.run_id = "11111111-1111-4111-8111-111111111111";
  options.writer_id = "22222222-2222-4222-8222-222222222222";
  options.segment_bytes = segment_bytes;
  return options;
}

struct Log {
  std::vector<Entry> entries;
  std::variant<std::monostate, Wait, Corrupt> end;
  std::uint64_t holes = 0;

  bool corrupt() const { return std::holds_alternative<Corrupt>(end); }
  Offset wait_at() const { return std::get<Wait>(end).at; }

  template <class T>
  std::vector<T> all() const {
    std::vector<T> out;
    for (const Entry& entry : entries) {
      if (const T* record = std::get_if<T>(&entry.record)) out.push_back(*record);
    }
    return out;
  }
};

// Told by all Gap records: more than one when a record was being dropped just as there was room
// again.
inline std::uint64_t dropped_in(const Log& log) {
  std::uint64_t sum = 0;
  for (const Gap& gap : log.all<Gap>()) sum += gap.dropped_records;
  return sum;
}

enum class WriterIs { kAlive, kDead };

inline Log read_log(const std::filesystem::path& directory, WriterIs writer = WriterIs::kAlive,
                    Offset from = {}) {
  Reader reader(directory, from);
  if (writer == WriterIs::kDead) reader.writer_is_dead();
  Log log;
  for (;;) {
    auto next = reader.next();
    if (auto* entry = std::get_if<Entry>(&next)) {
      log.entries.push_back(std::move(*entry));
      continue;
    }
    if (auto* wait = std::get_if<Wait>(&next)) log.end = *wait;
    if (auto* corrupt = std::get_if<Corrupt>(&next)) log.end = *corrupt;
    log.holes = reader.holes();
    return log;
  }
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Removes first: overwriting a file in place makes some file systems flush it to the disk on close.
inline void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string payload_of(const Record& record) {
  std::string out;
  encode_payload(record, out);
  return out;
}

// One of each kind, with awkward contents.
inline std::vector<Record> sample_records() {
  RunStart start;
  start.run_id = "11111111-1111-4111-8111-111111111111";
  start.writer_id = "22222222-2222-4222-8222-222222222222";
  start.project = "imdb";
  start.name = "grüne-wiese-7";
  start.group = "g";
  start.tags = {"a", "", "日本語"};
  start.started_us = 1'700'000'000'000'000;
  start.environment_json = R"({"host":"box"})";
  return {start,
          Key{0, "train/loss"},
          Row{-5, 17, {{0, 0.25}, {1, -0.0}}},
          Row{0, 0, {}},
          Config{1, R"({"lr":0.1})"},
          Summary{2, "{}"},
          MetricDefinition{"eval/*", R"({"goal":"minimize"})"},
          Console{ConsoleStream::kStderr, 1ull << 40, 3, "\x1b[31mred\x1b[0m"},
          System{4, {{7, 1e300}}},
          Tags{{}},
          Notes{""},
          Finish{EndState::kCrashed, 5, std::nullopt, 9, "killed"},
          Finish{EndState::kFailed, 5, -1, std::nullopt, ""},
          Gap{1, 2, 3, "no room"},
          Media{"eval/examples", "image", 7, 8, "image/png", R"({"caption":"a cat"})",
                std::string("\x89PNG\0\xFF", 6)},
          Alert{9, AlertLevel::kWarning, 60, "loss is NaN", "at step 7"},
          Branch{BranchKind::kFork, start.run_id, -3, 10}};
}

}  // namespace tracker::spool::test
