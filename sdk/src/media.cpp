#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <set>

#include <tracker/error.hpp>
#include <tracker/json.hpp>
#include <tracker/media.hpp>

#include "base/utf8.hpp"
#include "spool/record.hpp"

namespace tracker {
namespace {

constexpr std::size_t kMostBins = 512;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kInvalidArgument, what);
}

List list_of(const std::vector<double>& numbers) { return {numbers.begin(), numbers.end()}; }

Media json_media(const char* type, const Dict& content) {
  return {type, "application/json", to_json(content), {}};
}

Media captioned(const char* type, std::string bytes, std::string content_type,
                std::string_view caption) {
  Media media{type, std::move(content_type), std::move(bytes), {}};
  if (!caption.empty()) media.description["caption"] = std::string(caption);
  return media;
}

// Lowest and highest edge of the finite values; a unit around a single one.
std::pair<double, double> span_of(std::span<const double> values) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high) return {0, 1};
  if (low < high) return {low, high};
  constexpr double kMost = std::numeric_limits<double>::max();
  const double room = std::max(0.5, std::abs(low) * 1e-6);
  return {std::max(low - room, -kMost), std::min(high + room, kMost)};
}

struct Extension {
  const char* ending;
  const char* type;
  const char* content_type;
};
constexpr std::array<Extension, 13> kExtensions = {{{".png", "image", "image/png"},
                                                    {".jpg", "image", "image/jpeg"},
                                                    {".jpeg", "image", "image/jpeg"},
                                                    {".gif", "image", "image/gif"},
                                                    {".webp", "image", "image/webp"},
                                                    {".svg", "image", "image/svg+xml"},
                                                    {".wav", "audio", "audio/wav"},
                                                    {".mp3", "audio", "audio/mpeg"},
                                                    {".ogg", "audio", "audio/ogg"},
                                                    {".mp4", "video", "video/mp4"},
                                                    {".webm", "video", "video/webm"},
                                                    {".txt", "text", "text/plain"},
                                                    {".md", "text", "text/markdown"}}};

}  // namespace

Media histogram(std::span<const double> values, std::size_t bins) {
  if (bins < 1 || bins > kMostBins)
    refuse("a histogram has 1 to 512 bins, not " + std::to_string(bins));
  const auto [low, high] = span_of(values);
  Histogram out{{}, std::vector<double>(bins, 0)};
  // Halves, since the range of two finite numbers need not be one; of the smallest there are none,
  // and what was rounded must not leave the range.
  for (std::size_t i = 0; i < bins; ++i)
    out.edges.push_back(std::clamp(
        2 * (low / 2 + (high / 2 - low / 2) * (static_cast<double>(i) / static_cast<double>(bins))),
        low, high));
  out.edges.push_back(high);
  std::int64_t nan = 0, infinite = 0;
  for (const double value : values) {
    if (std::isnan(value)) ++nan;
    if (std::isinf(value)) ++infinite;
    if (!std::isfinite(value)) continue;
    const auto at = std::upper_bound(out.edges.begin(), out.edges.end(), value) - out.edges.begin();
    out.counts[std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(at, 1)) - 1, bins - 1)]++;
  }
  Media media =
      json_media("histogram", {{"edges", list_of(out.edges)}, {"counts", list_of(out.counts)}});
  media.description = {{"nan", nan}, {"infinite", infinite}};
  return media;
}

Media histogram(const Histogram& histogram) {
  const auto& [edges, counts] = histogram;
  if (counts.empty() || counts.size() > kMostBins || edges.size() != counts.size() + 1)
    refuse("a histogram has 1 to 512 counts and one edge more, not " +
           std::to_string(counts.size()) + " and " + std::to_string(edges.size()));
  const auto rises = [](double a, double b) { return !(a < b); };
  if (!std::all_of(edges.begin(), edges.end(), [](double e) { return std::isfinite(e); }) ||
      std::adjacent_find(edges.begin(), edges.end(), rises) != edges.end())
    refuse("the edges of a histogram must be finite and rise");
  if (!std::all_of(counts.begin(), counts.end(),
                   [](double c) { return std::isfinite(c) && c >= 0; }))
    refuse("the counts of a histogram must be finite and not negative");
  return json_media("histogram", {{"edges", list_of(edges)}, {"counts", list_of(counts)}});
}

Media table(const Table& table) {
  if (table.columns.size() != table.data.size())
    refuse("a table of " + std::to_string(table.columns.size()) + " names and " +
           std::to_string(table.data.size()) + " columns");
  std::set<std::string> names;  // as they are written
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const std::string& name = table.columns[c];
    if (name.empty() || !names.insert(base::to_text(name)).second)
      refuse("a table's columns need names, each once; `" + base::to_text(name) + "` is not");
    if (table.data[c].size() != table.data[0].size())
      refuse("the column `" + base::to_text(name) + "` of a table has " +
             std::to_string(table.data[c].size()) + " cells, the first one " +
             std::to_string(table.data[0].size()));
  }
  Media media = json_media("table", {{"columns", List(table.columns.begin(), table.columns.end())},
                                     {"data", List(table.data.begin(), table.data.end())}});
  media.description = {{"rows", table.data.empty() ? std::size_t{0} : table.data[0].size()},
                       {"columns", table.columns.size()}};
  return media;
}

Media text(std::string_view text) { return {"text", "text/plain", base::to_text(text), {}}; }

Media image(std::string bytes, std::string content_type, std::string_view caption) {
  return captioned("image", std::move(bytes), std::move(content_type), caption);
}
Media audio(std::string bytes, std::string content_type, std::string_view caption) {
  return captioned("audio", std::move(bytes), std::move(content_type), caption);
}
Media video(std::string bytes, std::string content_type, std::string_view caption) {
  return captioned("video", std::move(bytes), std::move(content_type), caption);
}

Media plot(const Dict& vega_lite) { return json_media("plot", vega_lite); }

Media media_file(const std::filesystem::path& file, std::string_view caption) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto known = std::find_if(kExtensions.begin(), kExtensions.end(),
                                  [&](const Extension& e) { return ending == e.ending; });
  if (known == kExtensions.end())
    refuse("the kind of " + file.string() +
           " cannot be told by its extension: make a Media of its bytes");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorCode::kNotFound, "cannot read " + file.string());
  std::string bytes(spool::kMaxMediaBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > spool::kMaxMediaBytes)
    refuse(file.string() + " has more than 1,000,000 bytes: log it as an artifact");
  return captioned(known->type, std::move(bytes), known->content_type, caption);
}

}  // namespace tracker
