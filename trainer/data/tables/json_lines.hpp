#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

// JSON lines, one object a line: the one reader of them.
namespace trainer::data {

// A JSON object and where it stands. The getters throw Error(kInvalidInput) naming file and line.
struct JsonRow {
  nlohmann::json value;
  const std::string& file;  // the reader's name; lives as long as the reader
  std::size_t line = 0;     // from 1

  bool has(const std::string& key) const;  // present and not null
  std::string text(const std::string& key) const;
  std::optional<std::string> optional_text(const std::string& key) const;  // absent or null: none
  std::int64_t integer(const std::string& key) const;
};

// Reads one line at a time, so that a file may be larger than memory. One thread.
class JsonLines {
 public:
  // `name` is for messages; `in` must outlive the reader.
  JsonLines(std::istream& in, std::string name);
  // A file, or standard input for "-". Throws Error(kNotFound).
  static JsonLines open(const std::string& input);

  // The next line that is not blank; nullopt at the end. Throws Error(kInvalidInput) naming file
  // and line when it is not a JSON object in UTF-8 or nests deeper than
  // config::kMaxJsonDepth, Error(kIo) when reading fails.
  std::optional<JsonRow> next();

  const std::string& name() const noexcept { return *name_; }

 private:
  std::unique_ptr<std::istream> owned_;
  std::istream* in_;
  std::unique_ptr<const std::string> name_;  // stays in place when the reader moves
  std::string text_;
  std::size_t line_ = 0;
};

// One JSON value of a text that begins on that line. Throws as JsonLines::next() does.
nlohmann::json parse_json(std::string_view text, const std::string& file, std::size_t line);

}  // namespace trainer::data
