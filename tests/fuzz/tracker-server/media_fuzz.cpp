// Media as anybody may log them, on the way from a program to a page. The first byte chooses, by
// its remainder by five:
//   0: key, type, content type and description, each up to a NUL, a step of 8 bytes, the content
//   1: numbers, of which a histogram is made
//   2: the payload of a record, as it stands
//   3: a line of what `tracker log` reads, whose lists become histograms
//   4: JSON, of which a plot is made, and a table if it has the form of one
// What reads them refuses with an Error and nothing else. A record that is taken says the same when
// it is written and read again, also in a frame; what a frame brings becomes one entry of the HTTP
// API's list, whatever its content is, a line and an object of `tracker spool inspect`, and a file
// name that stays in its folder. A histogram's counts are together the finite numbers. What is made
// of JSON is listed with its content, and gives the same bytes when it is read and made once more.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>
#include <tracker/json.hpp>
#include <tracker/media.hpp>

#include "base/utf8.hpp"
#include "cli/log_input.hpp"
#include "cli/media_files.hpp"
#include "cli/spool_view.hpp"
#include "core/documents.hpp"
#include "frame/frame.hpp"
#include "http/media_json.hpp"
#include "http/message.hpp"

namespace {

using namespace tracker;
using nlohmann::json;

void demand(bool holds) {
  if (!holds) std::abort();
}

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
  const std::size_t number = std::min(input.size(), sizeof media.step);
  if (number > 0) std::memcpy(&media.step, input.data(), number);
  media.time_us = ~media.step;
  media.content = input.substr(number);
  return media;
}

bool same(const spool::Media& a, const spool::Media& b) {
  return a.key == b.key && a.type == b.type && a.step == b.step && a.time_us == b.time_us &&
         a.content_type == b.content_type && a.description_json == b.description_json &&
         a.content == b.content;
}

spool::Media with_texts(spool::Media media) {
  for (auto* text : {&media.key, &media.type, &media.content_type, &media.description_json})
    *text = base::to_text(*text);
  return media;
}

// The description is merged when it is stored.
json entry_of(const spool::Media& media) {
  storage::MediaRow row;
  row.key = media.key;
  row.type = media.type;
  row.step = media.step;
  row.content_type = media.content_type;
  row.content = media.content;
  row.description_json = "{}";
  try {
    row.description_json = core::merge_objects("{}", media.description_json);
  } catch (const Error&) {  // stored without
  }
  return json::parse(http::json_response(http::media_json(row)).body);
}

void list(const spool::Media& media) {
  const json entry = entry_of(media);
  demand(entry.at("key") == media.key && entry.at("step") == media.step);
  demand(entry.at("description").is_object());
  if (media.content_type != "application/json")
    demand(entry.at("content").is_string());
  else if (entry.contains("content"))
    demand(entry.at("content") == json::parse(media.content));
}

void show_in_spool(const spool::Media& media) {
  const spool::Entry entry{spool::Offset{0}, spool::Offset{8}, media};
  const auto shown = cli::record_json(entry, {});
  demand(shown.at("content_bytes") == media.content.size());
  demand(json::parse(shown.dump()).at("key") == media.key);
  const std::string line = cli::record_line(entry, {});
  demand(std::none_of(line.begin(), line.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));
}

void name_file(const spool::Media& media) {
  cli::MediaFiles files;
  const std::string name = files.name(media.key, media.step, media.content_type);
  demand(!name.starts_with('.') && name.size() <= 255);
  demand(name.find_first_of(std::string_view("/\\\0", 3)) == name.npos);
  demand(files.name(media.key, media.step, media.content_type) != name);
}

// False if no frame takes it.
bool check_media(const spool::Media& given) {
  spool::Frame frame;
  frame.records.emplace_back(given);
  const std::string once = spool::encode_frame(frame);
  try {
    frame = spool::decode_frame(once);
  } catch (const Error&) {
    return false;
  }
  const auto& media = std::get<spool::Media>(frame.records.at(0));
  demand(same(media, with_texts(given)));
  demand(spool::encode_frame(frame) == once);
  list(media);
  show_in_spool(media);
  name_file(media);
  return true;
}

void check_payload(std::string_view input) {
  spool::Record record;
  try {
    record = spool::decode_payload(spool::RecordKind::kMedia, input);
  } catch (const Error&) {
    return;
  }
  std::string again;
  spool::encode_payload(record, again);
  demand(again == input);
  check_media(std::get<spool::Media>(record));
}

void check_histogram(const std::vector<double>& values, std::size_t bins) {
  const Media media = histogram(values, bins);
  const auto content = json::parse(media.content);
  const auto edges = content.at("edges").get<std::vector<double>>();
  const auto counts = content.at("counts").get<std::vector<double>>();
  double counted = 0;
  for (const double count : counts) counted += count;
  const auto finite =
      std::count_if(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  demand(counts.size() == bins && edges.size() == bins + 1);
  demand(counted == static_cast<double>(finite));
  demand(std::is_sorted(edges.begin(), edges.end()));
  try {
    demand(histogram(Histogram{edges, counts}).content == media.content);
  } catch (const Error&) {  // numbers so near one another that two edges are equal
    demand(std::adjacent_find(edges.begin(), edges.end()) != edges.end());
  }
}

void check_numbers(std::string_view input) {
  if (input.empty()) return;
  const auto bins = static_cast<std::size_t>(static_cast<unsigned char>(input[0])) + 1;
  std::vector<double> values((input.size() - 1) / sizeof(double));
  if (!values.empty()) std::memcpy(values.data(), input.data() + 1, values.size() * sizeof(double));
  check_histogram(values, bins);
}

void check_line(std::string_view line) {
  cli::LogRow row;
  try {
    row = cli::parse_log_row(line);
  } catch (const Error&) {
    return;
  }
  for (const auto& [key, values] : row.histograms) check_histogram(values, 64);
}

Dict dict_of(const std::string& text) {
  return std::get<Dict>(value_from_json(text).value().data());
}

std::optional<Table> table_of(const Dict& dict) {
  const auto columns = dict.find("columns"), data = dict.find("data");
  if (columns == dict.end() || data == dict.end()) return std::nullopt;
  const auto* names = std::get_if<List>(&columns->second.data());
  const auto* lists = std::get_if<List>(&data->second.data());
  if (names == nullptr || lists == nullptr) return std::nullopt;
  Table table;
  for (const Value& name : *names) {
    const auto* text = std::get_if<std::string>(&name.data());
    if (text == nullptr) return std::nullopt;
    table.columns.push_back(*text);
  }
  for (const Value& column : *lists) {
    const auto* cells = std::get_if<List>(&column.data());
    if (cells == nullptr) return std::nullopt;
    table.data.push_back(*cells);
  }
  return table;
}

void check_listed(const Media& made) {
  const spool::Media media{
      "k", made.type, 0, 0, made.content_type, to_json(made.description), made.content};
  demand(check_media(media) && entry_of(media).contains("content"));
}

void check_json(std::string_view text) {
  const auto value = value_from_json(text);
  const auto* dict = value ? std::get_if<Dict>(&value->data()) : nullptr;
  if (dict == nullptr) return;
  const Media drawn = plot(*dict);
  demand(plot(dict_of(drawn.content)).content == drawn.content);
  check_listed(drawn);
  const auto given = table_of(*dict);
  if (!given) return;
  Media written;
  try {
    written = table(*given);
  } catch (const Error&) {
    return;
  }
  demand(table(table_of(dict_of(written.content)).value()).content == written.content);
  check_listed(written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      check_media(take_media(input));
      break;
    case 1:
      check_numbers(input);
      break;
    case 2:
      check_payload(input);
      break;
    case 3:
      check_line(input);
      break;
    default:
      check_json(input);
  }
  return 0;
}
