#include "artifact/names.hpp"

#include <algorithm>
#include <charconv>

#include <tracker/error.hpp>

#include "base/utf8.hpp"

namespace tracker::artifact {
namespace {

constexpr std::string_view kScheme = "tracker://";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_name(std::string_view text, std::size_t most) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= most && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), allowed);
}

void check_name(std::string_view text, std::string_view what, std::size_t most) {
  if (is_name(text, most)) return;
  throw Error(ErrorCode::kInvalidArgument, std::string(what) + " '" + shown(text) +
                                               "' is not 1 to " + std::to_string(most) +
                                               " letters, digits, '.', '_' or '-'");
}

bool like_version(std::string_view text) {
  return text.size() > 1 && text[0] == 'v' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void check_collection_name(std::string_view name) { check_name(name, "the artifact name", 128); }
void check_type(std::string_view type) { check_name(type, "the artifact type", 64); }

void check_alias(std::string_view alias) {
  check_name(alias, "the alias", 128);
  if (alias == kLatest)
    throw Error(ErrorCode::kInvalidArgument,
                "the alias 'latest' always names the newest version: it cannot be set or removed");
  if (like_version(alias))
    throw Error(ErrorCode::kInvalidArgument, "the alias '" + std::string(alias) +
                                                 "' reads like a version: give it another name");
}

void check_tag(std::string_view tag) {
  if (!tag.empty() && tag.size() <= 128 && base::is_utf8(tag) &&
      std::none_of(tag.begin(), tag.end(), is_control))
    return;
  throw Error(ErrorCode::kInvalidArgument,
              "the tag '" + shown(tag) + "' is not 1 to 128 bytes of text on one line");
}

std::optional<std::uint32_t> version_number(std::string_view text) {
  if (!like_version(text) || (text.size() > 2 && text[1] == '0')) return std::nullopt;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Name parse_name(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
  Name out;
  if (const auto slash = rest.rfind('/'); slash != std::string_view::npos) {
    out.project = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
    if (out.project.empty())
      throw Error(ErrorCode::kInvalidArgument, "'" + shown(text) + "' names no project before '/'");
  }
  const auto colon = rest.find(':');
  out.collection = rest.substr(0, colon);
  out.ref = colon == std::string_view::npos ? kLatest : rest.substr(colon + 1);
  check_collection_name(out.collection);
  if (out.ref != kLatest && !version_number(out.ref)) check_alias(out.ref);
  return out;
}

std::string shown(std::string_view bytes, std::size_t most) {
  std::string out = base::to_text(bytes.substr(0, most));
  std::replace_if(out.begin(), out.end(), is_control, '?');
  if (bytes.size() > most) out += "…";
  return out;
}

}  // namespace tracker::artifact
