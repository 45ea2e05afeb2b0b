#include "http/file_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <tuple>

namespace tracker::http {
namespace {

constexpr std::string_view kUnknownType = "application/octet-stream";

// What a browser shows and never runs. SVG and HTML can hold scripts: they are not here.
constexpr std::pair<std::string_view, std::string_view> kShownEndings[] = {
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".txt", "text/plain; charset=utf-8"},
    {".log", "text/plain; charset=utf-8"},
    {".md", "text/plain; charset=utf-8"},
    {".csv", "text/plain; charset=utf-8"},
    {".tsv", "text/plain; charset=utf-8"},
    {".json", "text/plain; charset=utf-8"},
    {".yaml", "text/plain; charset=utf-8"},
    {".yml", "text/plain; charset=utf-8"},
};

std::string_view shown_type(std::string_view path) {
  for (const auto& [ending, type] : kShownEndings)
    if (path.size() > ending.size() && path.ends_with(ending)) return type;
  return {};
}

// RFC 8187: only what it calls attr-char stands for itself.
std::string disposition(std::string_view kind, std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  std::string out = fmt::format("{}; filename*=UTF-8''", kind);
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Response refused_range(std::uint64_t size) {
  Response out = error_response(416, "invalid_argument", "the file does not have this range");
  out.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
  return out;
}

void set_type(Response& out, const Request& request, const StoredFile& file) {
  const auto type = shown_type(file.path);
  const bool shown = request.query_value("inline") == "1" && !type.empty();
  out.content_type = shown ? type : kUnknownType;
  out.headers.emplace_back("Content-Disposition",
                           disposition(shown ? "inline" : "attachment", file.path));
  out.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  out.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

}  // namespace

std::optional<std::pair<std::uint64_t, std::uint64_t>> byte_range(std::string_view header,
                                                                  std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos || header.find(',') != std::string_view::npos)
    return std::nullopt;
  const auto from = number(header.substr(0, dash)), to = number(header.substr(dash + 1));
  const auto unsatisfiable = [] {
    return Error(ErrorCode::kInvalidArgument, "the file does not have this range");
  };
  if (dash == 0) {  // the last bytes
    if (!to) return std::nullopt;
    if (*to == 0 || size == 0) throw unsatisfiable();
    return std::pair(size - std::min(size, *to), size);
  }
  if (!from || (!to && dash + 1 != header.size()) || (to && *to < *from)) return std::nullopt;
  if (*from >= size) throw unsatisfiable();
  return std::pair(*from, to ? std::min(*to, size - 1) + 1 : size);
}

Response file_answer(const Request& request, const StoredFile& file, const OpenRange& open) {
  Response out;
  set_type(out, request, file);
  out.headers.emplace_back("Cache-Control", "private, no-cache");
  out.headers.emplace_back("Accept-Ranges", "bytes");
  if (has_etag(request, file.etag)) return with_etag(request, file.etag, std::move(out));
  const auto condition = request.header("if-range");
  const bool ranged = condition.empty() || condition == fmt::format("\"{}\"", file.etag);
  std::uint64_t from = 0, end = file.size;
  try {
    if (const auto range = byte_range(ranged ? request.header("range") : "", file.size)) {
      std::tie(from, end) = *range;
      out.status = 206;
      out.headers.emplace_back("Content-Range",
                               fmt::format("bytes {}-{}/{}", from, end - 1, file.size));
    }
  } catch (const Error&) {
    return refused_range(file.size);
  }
  if (end > from) out.rest = open(from, end - from);
  return with_etag(request, file.etag, std::move(out));
}

}  // namespace tracker::http
