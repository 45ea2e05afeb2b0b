#include "cli/media_files.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace tracker::cli {
namespace {

constexpr std::size_t kMostKey = 180;

// The content types that <tracker/media.hpp> gives, and what browsers know.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kEndings = {{
    {"image/png", ".png"},
    {"image/jpeg", ".jpg"},
    {"image/gif", ".gif"},
    {"image/webp", ".webp"},
    {"image/svg+xml", ".svg"},
    {"image/bmp", ".bmp"},
    {"image/avif", ".avif"},
    {"audio/wav", ".wav"},
    {"audio/mpeg", ".mp3"},
    {"audio/ogg", ".ogg"},
    {"video/mp4", ".mp4"},
    {"video/webm", ".webm"},
    {"text/plain", ".txt"},
    {"text/markdown", ".md"},
    {"text/html", ".html"},
    {"application/json", ".json"},
}};

std::string ending_of(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  const auto at = std::ranges::find(kEndings, content_type,
                                    &std::pair<std::string_view, std::string_view>::first);
  return at == kEndings.end() ? ".bin" : std::string(at->second);
}

bool may_stand(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

std::string MediaFiles::name(const std::string& key, std::int64_t step,
                             const std::string& content_type) {
  std::string stem = key.substr(0, kMostKey);
  std::replace_if(
      stem.begin(), stem.end(), [](char c) { return !may_stand(c); }, '_');
  if (stem.starts_with('.')) stem[0] = '_';
  stem += '-' + std::to_string(step);
  const std::string ending = ending_of(content_type);
  std::string name = stem + ending;
  for (int i = 2; !given_.insert(name).second; ++i) name = stem + '-' + std::to_string(i) + ending;
  return name;
}

}  // namespace tracker::cli
