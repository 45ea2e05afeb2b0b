#include "http/compression.hpp"

#include <zlib.h>

#include <optional>
#include <utility>

#include "http/series_picture.hpp"

namespace tracker::http {
namespace {

constexpr std::size_t kLeastBytes = 1'024;
constexpr std::size_t kMostBytes = 64u << 20;  // above, the wait is longer than the transfer
// The next level takes twice as long for 1 % less.
constexpr int kLevel = 1;
constexpr int kGzip = 15 + 16;  // zlib's way to ask for gzip's frame

// What loses half or more; float64 columns hardly do.
bool shrinks(std::string_view content_type) {
  return content_type == kJsonType || content_type == kPictureType;
}

// Absent if zlib has no memory.
std::optional<std::string> gzip(const std::string& body) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return std::nullopt;
  std::string out(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return out;
}

}  // namespace

Response encoded(const Request& request, Response response) {
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!accepts_gzip(request)) return response;
  // Whatever becomes of this body: a 304 must have the tag of the answer it stands for.
  for (auto& [name, value] : response.headers)
    if (name == "ETag" && value.substr(0, 2) != "W/") value.insert(0, "W/");
  const auto size = response.body.size();
  if (!shrinks(response.content_type) || size < kLeastBytes || size > kMostBytes) return response;
  auto packed = gzip(response.body);
  if (!packed) return response;
  response.body = std::move(*packed);
  response.headers.emplace_back("Content-Encoding", "gzip");
  return response;
}

}  // namespace tracker::http
