#include "artifacts/checks.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include <tracker/error.hpp>

#include "base/utf8.hpp"
#include "core/time.hpp"

namespace tracker::artifacts {
namespace {

using nlohmann::json;

constexpr std::size_t kMostProject = 200, kMostDescription = 64u << 10, kMostMetadata = 256u << 10,
                      kMostClient = 200;
constexpr int kMostDepth = 32;
constexpr std::uint64_t kMostSeconds = std::uint64_t{1'000} * 366 * 24 * 60 * 60;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kInvalidArgument, what);
}

// Looks at a document without building it.
class Look final : public nlohmann::json_sax<json> {
 public:
  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t& text) override { return value() && whole(text); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return deeper(); }
  bool key(string_t& text) override { return whole(text); }
  bool end_object() override { return --depth_, true; }
  bool start_array(std::size_t) override {
    if (depth_ == 0) return fail("is not a JSON object");
    return deeper();
  }
  bool end_array() override { return --depth_, true; }
  bool parse_error(std::size_t at, const std::string&,
                   const nlohmann::detail::exception&) override {
    return fail("is not JSON at byte " + std::to_string(at));
  }

  std::string fault;

 private:
  bool fail(const std::string& what) {
    if (fault.empty()) fault = what;
    return false;
  }
  bool value() { return depth_ > 0 || fail("is not a JSON object"); }
  bool deeper() { return ++depth_ <= kMostDepth || fail("is nested deeper than 32 levels"); }
  bool whole(const std::string& text) {
    return text.find('\0') == std::string::npos || fail("has a NUL character in a text");
  }

  int depth_ = 0;
};

void check_text(std::string_view text, std::size_t most, const std::string& what) {
  if (text.size() > most) refuse(what + " has more than " + std::to_string(most) + " bytes");
  if (!base::is_text(text)) refuse(what + " is not UTF-8, or has a NUL in it");
}

}  // namespace

void check_project(std::string_view project) {
  if (project.empty()) refuse("no project is named");
  check_text(project, kMostProject, "the project's name");
}

void check_description(std::string_view description) {
  check_text(description, kMostDescription, "the description");
}

void check_client(std::string_view client) { check_text(client, kMostClient, "the client's name"); }

void check_metadata(std::string_view text) {
  check_text(text, kMostMetadata, "the metadata");
  Look look;
  if (!json::sax_parse(text.begin(), text.end(), &look)) refuse("the metadata " + look.fault);
}

artifact::Sha256 digest_of(std::string_view raw) {
  if (const auto digest = artifact::Sha256::from_raw(raw); digest && raw.size() == 32)
    return *digest;
  refuse("a SHA-256 has 32 bytes, not " + std::to_string(raw.size()));
}

void check_digest_count(std::size_t count) {
  if (count > kMostDigests) refuse("at most 16,384 digests may be asked for at once");
}

std::int64_t time_of(std::uint64_t seconds) {
  if (seconds > kMostSeconds) refuse("a time is at most 1,000 years");
  return static_cast<std::int64_t>(seconds) * core::kSecondUs;
}

}  // namespace tracker::artifacts
