#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/whole_file.hpp"

// Checked reading of JSON files: every getter's error names the file, the key, what was found and
// what was expected, so that a broken config.json can be mended by its reader. A key whose value is
// null counts as absent, as in Hugging Face's configs. All errors are Error(kInvalidInput), or
// kNotFound and kIo for the file itself.
namespace trainer::config {

inline constexpr std::size_t kMaxJsonBytes = kMaxFileBytes;
// Objects and arrays within one another. Documents are copied and written by recursion: a file that
// nests deeper than any real one is refused as it is read.
inline constexpr std::size_t kMaxJsonDepth = 32;

// A whole file as text, for a parser of its own. Refuses files over `max_bytes`.
std::string read_json_text(const std::filesystem::path& file,
                           std::size_t max_bytes = kMaxJsonBytes);

// nlohmann::json::parse of any value, with the limit above: throws its errors, and NestsTooDeep,
// for a caller that says the place in its own words.
struct NestsTooDeep : std::runtime_error {
  NestsTooDeep();  // "nests deeper than 32 levels"
};
nlohmann::json parse_limited(std::string_view text);
// The same for what nobody misses: nullopt for what is no JSON or nests too deep.
std::optional<nlohmann::json> find_json(std::string_view text);

// A JSON object and its place, for error messages: "/m/config.json", or "/m/config.json:
// rope_scaling" for an object inside. Cheap to copy: the parsed document is shared and immutable,
// so objects may be used from any thread.
class JsonObject {
 public:
  // Reads and parses a whole file. Refuses files over `max_bytes`, invalid JSON (with its
  // position), what nests deeper than kMaxJsonDepth, and documents that are not an object.
  static JsonObject read(const std::filesystem::path& file, std::size_t max_bytes = kMaxJsonBytes);
  // As read(), of a text; `place` stands for the file in messages.
  static JsonObject parse(std::string_view text, std::string place);

  const nlohmann::json& json() const noexcept { return *value_; }
  const std::string& place() const noexcept { return place_; }

  // Present and not null.
  bool has(std::string_view key) const;
  // The value of a key, nullptr when absent or null. Lives as long as any object of this document.
  const nlohmann::json* find(std::string_view key) const;
  // The object under a key; nullopt when absent. Throws when it is something else.
  std::optional<JsonObject> object(std::string_view key) const;

 private:
  JsonObject(std::shared_ptr<const nlohmann::json> document, const nlohmann::json* value,
             std::string place);
  std::shared_ptr<const nlohmann::json> document_;
  const nlohmann::json* value_;
  std::string place_;
};

// Inclusive bounds of an integer.
struct IntRange {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};
// A size or a count: 1 … 2^31-1, so that products of two of them fit in 64 bits.
inline constexpr IntRange kPositive{1, 2147483647};
inline constexpr IntRange kNotNegative{0, 2147483647};

std::int64_t required_int(const JsonObject& object, std::string_view key, IntRange range = {});
double required_number(const JsonObject& object,
                       std::string_view key);  // integers are taken too; always finite
std::string required_string(const JsonObject& object, std::string_view key);

// nullopt when the key is absent or null; a value of another type is an error, never silently the
// default.
std::optional<std::int64_t> find_int(const JsonObject& object, std::string_view key,
                                     IntRange range = {});
std::optional<double> find_number(const JsonObject& object, std::string_view key);
std::optional<bool> find_bool(const JsonObject& object, std::string_view key);
std::optional<std::string> find_string(const JsonObject& object, std::string_view key);
std::optional<std::vector<std::string>> find_strings(const JsonObject& object,
                                                     std::string_view key);
std::optional<std::vector<std::int64_t>> find_ints(const JsonObject& object, std::string_view key,
                                                   IntRange range = {});

// find_… with a default.
std::int64_t int_or(const JsonObject& object, std::string_view key, std::int64_t fallback,
                    IntRange range = {});
double number_or(const JsonObject& object, std::string_view key, double fallback);
bool bool_or(const JsonObject& object, std::string_view key, bool fallback);
std::string string_or(const JsonObject& object, std::string_view key, std::string fallback);

}  // namespace trainer::config
