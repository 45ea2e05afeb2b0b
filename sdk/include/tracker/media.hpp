#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/value.hpp>

namespace tracker {

// Something to look at: what Run::log_media() takes. Plain values; the functions below make the
// kinds that the dashboard can show. Content may have 1,000,000 bytes, the description 16 KiB as
// JSON: larger things are artifacts. What is beyond a limit is dropped by log_media() and counted.
struct Media {
  std::string type;          // "histogram", "table", "text", "image", "audio", "video", "plot", …
  std::string content_type;  // of the bytes, as in HTTP: "image/png"
  std::string content;
  Dict description;  // caption, width, … for people and pages
};

// Counts of values between rising edges: one edge more than counts.
struct Histogram {
  std::vector<double> edges;
  std::vector<double> counts;
};
// Of the finite values, in `bins` (1 to 512) cells of equal width between the smallest and the
// largest; the others are counted in the description ("nan", "infinite"). Throws
// Error(kInvalidArgument) for another number of bins.
Media histogram(std::span<const double> values, std::size_t bins = 64);
// Throws Error(kInvalidArgument) unless the edges rise and there is one more of them than counts,
// which are at most 512 and not negative.
Media histogram(const Histogram& histogram);

// Columns of equal length; a cell is any Value. As JSON {"columns":[…],"data":[[…],…]}, a list for
// each column.
struct Table {
  std::vector<std::string> columns;
  std::vector<List> data;
};
// Throws Error(kInvalidArgument) for columns that are not equally long, unnamed or named twice.
Media table(const Table& table);

Media text(std::string_view text);
// Bytes of a file format; `caption` goes into the description.
Media image(std::string bytes, std::string content_type, std::string_view caption = {});
Media audio(std::string bytes, std::string content_type, std::string_view caption = {});
Media video(std::string bytes, std::string content_type, std::string_view caption = {});
// A Vega-Lite specification.
Media plot(const Dict& vega_lite);
// A file, its kind told by its extension (png, jpg, gif, webp, svg, wav, mp3, ogg, mp4, webm, txt).
// Throws Error: kNotFound, kInvalidArgument for another extension or more than 1,000,000 bytes.
Media media_file(const std::filesystem::path& file, std::string_view caption = {});

}  // namespace tracker
