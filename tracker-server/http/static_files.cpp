#include "http/static_files.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <string_view>

namespace tracker::http {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = 16u << 20;

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; media-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

struct ContentType {
  std::string_view extension, type;
};
constexpr std::array<ContentType, 12> kContentTypes = {{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
}};

std::string content_type_of(const fs::path& path) {
  const auto extension = path.extension().string();
  for (const auto& entry : kContentTypes) {
    if (entry.extension == extension) return std::string(entry.type);
  }
  return "application/octet-stream";
}

bool lies_within(const fs::path& file, const fs::path& root) {
  std::error_code error;
  const auto real = fs::canonical(file, error);
  if (error) return false;
  const auto [end, ignored] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
  return end == root.end();
}

bool hidden(const fs::path& relative) {
  return std::any_of(relative.begin(), relative.end(),
                     [](const fs::path& part) { return part.string().rfind('.', 0) == 0; });
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool has_extension(std::string_view path) {
  return path.substr(path.rfind('/') + 1).find('.') != std::string_view::npos;
}

}  // namespace

StaticFiles::StaticFiles(const fs::path& directory) : where_(directory.string()) {
  std::error_code error;
  const auto root = fs::canonical(directory, error);
  if (error) return;
  for (const auto& entry : fs::recursive_directory_iterator(root, error)) {
    const auto relative = entry.path().lexically_relative(root);
    if (!entry.is_regular_file() || hidden(relative) || !lies_within(entry.path(), root)) continue;
    if (entry.file_size() > kLargestFile) continue;
    auto path = fmt::format("/{}", relative.generic_string());
    const bool compressed = relative.extension() == ".gz";
    if (compressed) path.resize(path.size() - 3);
    auto& file = files_[path];
    (compressed ? file.gzip : file.bytes) = read_file(entry.path());
    file.immutable = path.rfind("/assets/", 0) == 0;
    file.content_type = content_type_of(path);
  }
  // A compressed file without its plain form could not be served to everybody.
  std::erase_if(files_, [](const auto& item) { return item.second.bytes.empty(); });
  for (auto& [path, file] : files_) {
    file.tag = fmt::format("{:x}-{:x}", std::hash<std::string>()(file.bytes), file.bytes.size());
  }
}

Response StaticFiles::serve(const Request& request) const {
  auto found = files_.find(request.path);
  if (found == files_.end() && !has_extension(request.path)) found = files_.find("/index.html");
  if (found != files_.end()) return answer(request, found->second);
  if (files_.empty()) {
    return text_response(
        404, fmt::format("The dashboard is not installed in {}: build it with "
                         "scripts/build, or give --dashboard-dir. The API is at /api/v1.\n",
                         where_));
  }
  return error_response(ErrorCode::kNotFound, fmt::format("no file {}", request.path));
}

Response StaticFiles::answer(const Request& request, const File& file) const {
  Response response;
  response.content_type = file.content_type;
  response.headers = {
      {"Content-Security-Policy", std::string(kPolicy)},
      {"Referrer-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Vary", "Accept-Encoding"},
      {"Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
  // The two forms are different bytes, so they have different tags.
  if (!file.gzip.empty() && accepts_gzip(request)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = file.gzip;
    return with_etag(request, file.tag + "-gz", std::move(response));
  }
  response.body = file.bytes;
  return with_etag(request, file.tag, std::move(response));
}

}  // namespace tracker::http
