// Media as anybody may log them, on the way from a program to a page. The first byte chooses.
// Even: key, type, content type and description, each up to a NUL, and the content behind them, as
// a record of a frame. It decodes to what was encoded, or is refused with an Error; what decodes
// becomes one entry of the HTTP API's list, whatever its content is, and a file name that stays in
// its folder.
// Odd: numbers for a histogram, whose counts are together the finite ones.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>
#include <tracker/media.hpp>

#include "cli/media_files.hpp"
#include "core/documents.hpp"
#include "frame/frame.hpp"
#include "http/media_json.hpp"
#include "http/message.hpp"

namespace {

using namespace tracker;
using nlohmann::json;

std::string take_text(std::string_view& input) {
  const auto end = std::min(input.find('\0'), input.size());
  std::string text(input.substr(0, end));
  input.remove_prefix(std::min(end + 1, input.size()));
  return text;
}

spool::Media take_media(std::string_view input) {
  spool::Media media;
  media.key = take_text(input);
  media.type = take_text(input);
  media.content_type = take_text(input);
  media.description_json = take_text(input);
  media.content = input;
  return media;
}

// The description is merged when it is stored.
void list(const spool::Media& media) {
  storage::MediaRow row;
  row.key = media.key;
  row.type = media.type;
  row.content_type = media.content_type;
  row.content = media.content;
  row.description_json = "{}";
  try {
    row.description_json = core::merge_objects("{}", media.description_json);
  } catch (const Error&) {  // stored without
  }
  const auto entry = json::parse(http::json_response(http::media_json(row)).body);
  if (!entry.at("description").is_object() || !entry.at("key").is_string()) std::abort();
  if (media.content_type == "text/plain" && !entry.at("content").is_string()) std::abort();
}

void name_file(const spool::Media& media) {
  cli::MediaFiles files;
  const std::string name = files.name(media.key, media.step, media.content_type);
  if (name.starts_with('.') || name.find_first_of(std::string_view("/\\\0", 3)) != name.npos ||
      name.size() > 255 || files.name(media.key, media.step, media.content_type) == name)
    std::abort();
}

void check_record(std::string_view input) {
  spool::Frame frame;
  frame.records.emplace_back(take_media(input));
  try {
    frame = spool::decode_frame(spool::encode_frame(frame));
  } catch (const Error&) {
    return;
  }
  const std::string once = spool::encode_frame(frame);
  if (spool::encode_frame(spool::decode_frame(once)) != once) std::abort();
  const auto& media = std::get<spool::Media>(frame.records.at(0));
  list(media);
  name_file(media);
}

void check_histogram(std::string_view input) {
  if (input.empty()) return;
  const auto bins = static_cast<std::size_t>(static_cast<unsigned char>(input[0])) + 1;
  std::vector<double> values((input.size() - 1) / sizeof(double));
  if (!values.empty()) std::memcpy(values.data(), input.data() + 1, values.size() * sizeof(double));
  const auto content = json::parse(histogram(values, bins).content);
  const auto edges = content.at("edges").get<std::vector<double>>();
  const auto counts = content.at("counts").get<std::vector<double>>();
  double counted = 0;
  for (const double count : counts) counted += count;
  const auto finite =
      std::count_if(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  if (counts.size() != bins || edges.size() != bins + 1 || counted != double(finite) ||
      !std::is_sorted(edges.begin(), edges.end()))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  data[0] % 2 == 0 ? check_record(input) : check_histogram(input);
  return 0;
}
