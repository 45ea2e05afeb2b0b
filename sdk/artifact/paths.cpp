#include "artifact/paths.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "base/utf8.hpp"

namespace tracker::artifact {
namespace {

constexpr std::size_t kMostPath = 1'024, kMostPart = 255, kMostUrl = 2'048, kMostChecksum = 256;
constexpr std::array<std::string_view, 6> kSchemes = {"file", "s3", "gs", "hf", "http", "https"};

constexpr std::string_view kParts = ".tracker-get-";
constexpr std::size_t kPartsDigits = 16;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_printable(char c) { return c > ' ' && c < 0x7f; }
bool all_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_printable);
}

const char* part_fault(std::string_view part) {
  if (part.empty()) return "has an empty part";
  if (part == ".") return "has a part '.'";
  if (part == "..") return "has a part '..'";
  if (part.size() > kMostPart) return "has a part of more than 255 bytes";
  return nullptr;
}

const char* character_fault(std::string_view path) {
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "has a control character";
    if (c == '\\') return "has a '\\'";
  }
  return base::is_utf8(path) ? nullptr : "is not UTF-8";
}

}  // namespace

const char* path_fault(std::string_view path) noexcept {
  if (path.empty()) return "is empty";
  if (path.size() > kMostPath) return "has more than 1,024 bytes";
  if (path.front() == '/') return "is not relative";
  if (path.size() > 1 && is_letter(path[0]) && path[1] == ':') return "begins with a drive";
  if (const char* fault = character_fault(path)) return fault;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (const char* fault = part_fault(path.substr(begin, end - begin))) return fault;
    begin = end + 1;
  }
  return nullptr;
}

std::string parts_folder(std::string_view digest) {
  return std::string(kParts).append(digest.substr(0, kPartsDigits));
}

bool is_parts_folder(std::string_view name) noexcept {
  if (!name.starts_with(kParts)) return false;
  const std::string_view digits = name.substr(kParts.size());
  return digits.size() == kPartsDigits &&
         digits.find_first_not_of("0123456789abcdef") == digits.npos;
}

void check_path(std::string_view path) {
  if (const char* fault = path_fault(path))
    throw Error(ErrorCode::kInvalidArgument, "the path '" + shown(path) + "' " + fault);
}

const char* url_fault(std::string_view url) noexcept {
  if (url.empty() || url.size() > kMostUrl) return "is not 1 to 2,048 bytes long";
  if (!all_printable(url)) return "has a space or a character that is not ASCII";
  const auto colon = url.find("://");
  if (colon == std::string_view::npos ||
      std::find(kSchemes.begin(), kSchemes.end(), url.substr(0, colon)) == kSchemes.end())
    return "does not begin with file://, s3://, gs://, hf://, http:// or https://";
  const std::string_view rest = url.substr(colon + 3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (url.starts_with("http") && host.empty()) return "has no host";
  if (!url.starts_with("file") && host.find('@') != std::string_view::npos)
    return "has a user name or a password";
  return rest.empty() ? "names nothing" : nullptr;
}

const char* checksum_fault(std::string_view checksum) noexcept {
  if (checksum.empty()) return nullptr;
  if (checksum.size() > kMostChecksum) return "has more than 256 bytes";
  if (!all_printable(checksum)) return "has a space or a character that is not ASCII";
  const auto colon = checksum.find(':');
  return colon == 0 || colon == std::string_view::npos || colon + 1 == checksum.size()
             ? "is not ALGORITHM:VALUE"
             : nullptr;
}

}  // namespace tracker::artifact
